/*
 * The power server: the one program that can switch the machine off or restart it. It holds the ports for that and no
 * others, each by a capability of its own: system.conf names those that every PC has, and init derives those that
 * ACPI's tables name (the grant `acpi`). ACPI's fixed hardware comes first (ACPI 6.5, 4.8.3.2 PM1 control, 4.8.3.6
 * reset register), then what QEMU and old PCs have.
 *
 * Before either it lets the server of each directory of its namespace write everything and end its file systems (dir.detach), for a
 * minute each at most, so each client that may switch off does so safely.
 *
 * Weighed: Linux interprets AML for the last steps of a shutdown; MINIX 3 keeps a table of machines and switches off in
 * the kernel, which thereby holds a policy; Fuchsia has a shutdown shim, a component that holds the power resource for
 * all others. Taken: Fuchsia's place for it, and the S5 value that the kernel reads once, without an interpreter.
 */
#include "gen/lib/microk/methods.h"
#include "gen/protocols/dir_protocol.h"
#include "gen/protocols/power_server.h"
#include "lib/microk/pause.h"
#include "lib/microk/print.h"
#include "lib/microk/startup.h"
#include "lib/microk/stub.h"
#include "lib/microk/util.h"
#include "microk/info.h"

#define QEMU_S5 0x2000     /* SLP_EN, type 0: for QEMU's i440fx machine where no ACPI was found */
#define CHIPSET_ARM 0x02   /* reset control register of PC chipsets (ICH9 13.7.5): a hard reset … */
#define CHIPSET_RESET 0x06 /* … now */
#define KEYBOARD_RESET                                                                             \
	0xfe              /* 8042 controller: pulse its output line 0, which resets the processor */
#define MOMENT_FRACTION 4 /* a quarter of a second */
#define HZ_UNKNOWN 2000000000ul
#define DETACH_SECONDS 60 /* a full page cache on a disk with 30 writes a second takes less */

static const struct microk_info *info;

/* Writes to the first port of the grant. Without the grant nothing happens: the machine has no such way. */
static void out(const char *grant, u32 bytes, u32 value)
{
	const struct startup_entry *ports = grant_entry(grant);

	if (ports)
		ioport_out(ports->slot,
			   &(struct ioport_out){
				   .port = ports->address, .bytes = bytes, .value = value});
}

static u64 hz(void)
{
	return info && info->tsc_hz ? info->tsc_hz : HZ_UNKNOWN;
}

/* A machine takes a moment to switch off. If it still runs after that, the attempt has failed. */
static void wait_a_moment(void)
{
	pause_ticks(hz() / MOMENT_FRACTION);
}

/* dir_detach with a deadline, which the generated stubs have not: a disk, or its driver, can fail to answer at all. */
static enum microk_status detach(cap_t files)
{
	u64 deadline = tsc_read() + hz() * DETACH_SECONDS;
	struct message m;

	for (u32 tries = STUB_TRIES; tries > 0; tries--) {
		m = (struct message){
			.tag = STUB_TAG(DIR_LABEL_DETACH, 0, 0, stub_number()) | TAG_DEADLINE};
		ipc_buffer->deadline = deadline;
		if (ipc(SYS_CALL, files, &m) != ERR_PEER_DIED)
			break;
	}
	return stub_answer(&m, NULL, 0);
}

/* Without this a disk's file system is repaired at the next start. A disk that fails does not keep the machine on. */
static void end_files(void)
{
	for (u32 i = 0; i < startup->count; i++) {
		const struct startup_entry *e = &startup->entries[i];
		enum microk_status status = e->name[0] == '/' && e->slot ? detach(e->slot) : OK;
		if (status != OK)
			print("power: not everything in %s could be written to the disk: %s\n",
			      e->name, status_text(status));
	}
}

static enum microk_status on_off(struct request *r)
{
	(void)r;
	end_files();
	if (info)
		out("acpi.off", 2, info->s5_value);
	out("qemu.ports", 2, QEMU_S5);
	wait_a_moment();
	print("power: this machine does not switch itself off: it is safe to do so now\n");
	return ERR_IO;
}

static enum microk_status on_reboot(struct request *r)
{
	(void)r;
	end_files();
	if (info)
		out("acpi.reset", 1, info->reset_value);
	out("chipset.ports", 1, CHIPSET_ARM);
	out("chipset.ports", 1, CHIPSET_RESET);
	out("keyboard.ports", 1, KEYBOARD_RESET);
	wait_a_moment();
	print("power: this machine does not restart itself: please reset it\n");
	return ERR_IO;
}

static void dispatch(struct request *r)
{
	static const struct power_ops ops = {.off = on_off, .reboot = on_reboot};

	power_dispatch(&ops, r);
}

int main(void)
{
	static struct server server = {.name = "power", .dispatch = dispatch};
	const struct startup_entry *area = grant_entry("info");

	server.endpoint = grant_find("power");
	if (server.endpoint == 0) {
		print("power: the grant \"power\" is missing; add it in system.conf\n");
		return 1;
	}
	if (area && area->address != 0)
		info = (const struct microk_info *)area->address;
	server_run(&server);
}
