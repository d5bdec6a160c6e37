/* The power server: the ports that it writes, their order, and its answer if the machine does not switch off. */
#include "tests/host/check.h"
#include "../vfs/kernel.h"
#include "gen/protocols/dir_server.h"
#include "gen/protocols/power_client.h"
#include "lib/microk/slots.h"
#include "lib/microk/util.h"
#include "microk/info.h"

int power_main(void);

static struct microk_info area = {
	.magic = INFO_MAGIC, .tsc_hz = 1000000000, .s5_value = 0x3c00, .reset_value = 0xe};

static void run_power(cap_t endpoint)
{
	kernel_grant("power", endpoint, NULL, 0);
	power_main();
}

/* ---- A file server, of which power may ask one thing ---- */

static u32 detached;
static enum microk_status detach_status = OK;
static cap_t never; /* a Reply object: the file server waits for its disk */

static enum microk_status on_detach(struct request *r)
{
	if (never)
		return request_defer(r, never) == OK ? STATUS_DEFERRED : ERR_STATE;
	CHECK(kernel_out_count == 0); /* before any port is written */
	detached++;
	return detach_status;
}

static u32 waits;

/* Time passes. */
static void wait_on(void)
{
	u64 seconds = (ipc_buffer->deadline - tsc_read()) / area.tsc_hz;

	waits++;
	CHECK(seconds < 61);
	kernel_cancelled = seconds >= 61; /* else the test would not end */
	ipc_buffer->deadline = 1;
}

static void dispatch_dir(struct request *r)
{
	static const struct dir_ops ops = {.detach = on_detach};

	dir_dispatch(&ops, r);
}

static void run_files(cap_t endpoint)
{
	static struct server server = {.name = "vfs", .dispatch = dispatch_dir};

	server.endpoint = endpoint;
	server_run(&server);
}

static void grant_ports(const char *name, u64 first)
{
	kernel_grant(name, kernel_ports(), (const void *)first, 0);
}

static bool outs_are(const struct kernel_out *wanted, u32 count)
{
	bool same = kernel_out_count == count &&
		    memcmp(kernel_outs, wanted, count * sizeof(*wanted)) == 0;

	kernel_out_count = 0;
	return same;
}

int main(void)
{
	static const struct kernel_out fixed_off[] = {{0x604, 2, 0x2000}};
	static const struct kernel_out off[] = {{0x1804, 2, 0x3c00}, {0x604, 2, 0x2000}};
	static const struct kernel_out reboot[] = {
		{0xcf8, 1, 0xe}, {0xcf9, 1, 0x02}, {0xcf9, 1, 0x06}, {0x64, 1, 0xfe}};
	cap_t power, both, none;

	kernel_grant("info", 0, &area, 1);
	grant_ports("qemu.ports", 0x604);
	grant_ports("chipset.ports", 0xcf9);
	grant_ports("keyboard.ports", 0x64);
	power = kernel_server("power", run_power);
	both = kernel_mint(power, RIGHT_WRITE | POWER_RIGHT_OFF | POWER_RIGHT_REBOOT, 5);
	none = kernel_mint(power, RIGHT_WRITE, 6);

	CHECK(power_off(none) == ERR_RIGHTS && power_reboot(none) == ERR_RIGHTS);
	CHECK(kernel_out_count == 0);
	CHECK(power_off(both) == ERR_IO && outs_are(fixed_off, 1)); /* ACPI names no ports */
	CHECK(strstr(kernel_printed, "power: this machine does not switch itself off"));

	grant_ports("acpi.off", 0x1804);
	grant_ports("acpi.reset", 0xcf8);
	CHECK(power_off(both) == ERR_IO && outs_are(off, 2));
	cap_t files = kernel_server("vfs", run_files);
	kernel_grant("/", kernel_mint(files, RIGHT_WRITE | DIR_RIGHT_MANAGE, 9), NULL, 0);
	CHECK(power_off(both) == ERR_IO && outs_are(off, 2) && detached == 1);
	kernel_grant("/home", kernel_mint(files, RIGHT_WRITE | DIR_RIGHT_MANAGE, 10), NULL, 0);
	CHECK(power_off(both) == ERR_IO && outs_are(off, 2) && detached == 3); /* each of them */
	detach_status =
		ERR_IO; /* a disk that fails keeps no machine on, and the others are ended */
	CHECK(power_off(both) == ERR_IO && outs_are(off, 2) && detached == 5);
	CHECK(strstr(kernel_printed, "power: not everything in / could be written to the disk"));
	CHECK(strstr(
		kernel_printed, "power: not everything in /home could be written to the disk"));
	kernel_waiting = wait_on;
	never = slot_alloc(); /* nor does one that does not answer */
	kernel_make(never, CAP_REPLY, 0, NULL);
	CHECK(power_off(both) == ERR_IO && outs_are(off, 2) && detached == 5 && waits == 2);
	CHECK(strstr(kernel_printed,
		     "power: not everything in / could be written to the disk: the deadline"));
	never = 0;
	u32 held = kernel_caps();
	for (int i = 0; i < 3; i++)
		CHECK(power_reboot(both) == ERR_IO && outs_are(reboot, 4));
	CHECK(strstr(kernel_printed, "power: this machine does not restart itself"));
	CHECK(kernel_caps() == held);
	return check_result("power");
}
