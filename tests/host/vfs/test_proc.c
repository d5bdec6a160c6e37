/*
 * The server of /proc, as a client sees it through generated stubs and the host's kernel: contents, snapshots, and their limits.
 */
#include "client.h"
#include "gen/protocols/inspect_protocol.h"
#include "gen/protocols/pci_server.h"
#include "lib/microk/slots.h"
#include "microk/info.h"
#include "proc_server.h"
#include "protocols/pci.h"
#include "servers/proc/snapshot.h"

int proc_main(void);

static _Alignas(4096) union {
	struct microk_info info;
	u8 page[PAGE_SIZE];
} area;
static cap_t other, shell;

/* ---- The owner of PCI ---- */

static enum microk_status pci_failure; /* of function 1, if not OK */

static enum microk_status list(struct request *r, const struct pci_list_args *args,
			       struct pci_list_result *result)
{
	u32 index = args->index;

	(void)r;
	if (index == 1 && pci_failure != OK)
		return pci_failure;
	if (index > 1)
		return ERR_NOT_FOUND;
	*result = index ? (struct pci_list_result){.requester = 1 << 8 | 2 << 3 | 5,
						   .id = 0x10421af4,
						   .class = 0x010802,
						   .owner = 3}
			: (struct pci_list_result){
				  .id = 0x29c08086, .class = 0x060400, .header = 1, .below = 1};
	return OK;
}

static enum microk_status region(struct request *r, const struct pci_region_args *args,
				 struct pci_region_result *result)
{
	(void)r;
	if (args->index == 1 && args->number == 0)
		*result = (struct pci_region_result){
			.address = 0xfe000000,
			.bytes = 16384,
			.flags = PCI_BAR_64 | PCI_BAR_PREFETCH};
	if (args->index == 1 && args->number == 4)
		*result = (struct pci_region_result){
			.address = 0xc040, .bytes = 32, .flags = PCI_BAR_PORTS};
	return OK;
}

static const struct pci_ops pci_ops = {.list = list, .region = region};

static void pci_requests(struct request *r)
{
	pci_dispatch(&pci_ops, r);
}

static void run_pci(cap_t endpoint)
{
	static struct server s = {.name = "pci", .dispatch = pci_requests};

	s.endpoint = endpoint;
	server_run(&s);
}

static void run_proc(cap_t endpoint)
{
	kernel_grant("proc", endpoint, NULL, 0);
	proc_main();
}

static void start(void)
{
	area.info = (struct microk_info){
		.magic = INFO_MAGIC,
		.version_major = 1,
		.tsc_hz = 1000000,
		.ipc_calls = 1234567,
		.ipc_sampled = 10,
		.ipc_sampled_ticks = 1839};
	cap_t init = kernel_server("init", proc_server_run);
	kernel_grant(
		"supervisor", kernel_mint(init, RIGHT_WRITE | INSPECT_RIGHT_INSPECT, 3), NULL, 0);
	kernel_grant("info", 0, &area, 1);
	cap_t pci = kernel_server("pci", run_pci);
	kernel_grant("pci", kernel_mint(pci, RIGHT_WRITE | PCI_RIGHT_LIST, 3), NULL, 0);
	cap_t proc = kernel_server("proc", run_proc);
	client = kernel_mint(proc, RIGHT_WRITE | DIR_RIGHT_READ, 5);
	shell = kernel_mint(proc, RIGHT_WRITE | DIR_RIGHT_READ, 12);
	other = kernel_mint(proc, RIGHT_WRITE | DIR_RIGHT_READ | DIR_RIGHT_WRITE, 6);
}

static void test_directories(void)
{
	struct file_entry_result entry;
	struct dir_stat_result there;

	static const char *const wanted[] = {
		"ipc_stats", "meminfo", "mounts", "uptime", "version", "pci", "1", "3", "12"};
	cap_t directory = open_file("/");
	u64 cookie = 0;
	for (u32 i = 0; i < ARRAY_LEN(wanted); i++, cookie = entry.next)
		CHECK(file_entry(directory, cookie, &entry) == OK &&
		      strcmp(entry.name, wanted[i]) == 0);
	CHECK(file_entry(directory, cookie, &entry) == ERR_NOT_FOUND);
	slot_drop(directory);
	directory = open_file("/12");
	CHECK(file_entry(directory, 0, &entry) == OK);
	CHECK(file_entry(directory, entry.next, &entry) == OK);
	CHECK(strcmp(entry.name, "mounts") == 0);
	CHECK(file_entry(directory, entry.next, &entry) == OK);
	CHECK(strcmp(entry.name, "status") == 0);
	CHECK(file_entry(directory, entry.next, &entry) == ERR_NOT_FOUND);
	/* An open directory is walked from, and does not lead out of the root. */
	CHECK(stat_as(directory, "status", &there) == OK && there.kind == KIND_FILE);
	CHECK(stat_as(directory, "..", &there) == OK && stat_as(directory, "../3", &there) == OK);
	CHECK(stat_as(directory, "../..", &there) == ERR_REDIRECT);
	slot_drop(directory);
}

static void test_proc(void)
{
	enum microk_status s;

	check_content("/ipc_stats", "IPC calls: 1,234,567\nAverage latency: 183 cycles\n");
	check_content("/version", "MicroK 1.0 x86_64 microkernel\n");
	check_content(
		"/meminfo",
		"MemTotal:          65536 kB\nMemFree:           61440 kB\nCached:             "
		"3072 kB\n");
	check_content("/3/status", "Name: vfs\nId: 3\nState: ready\nPriority: 30\nTime: 2500 ms\n"
				   "Calls: 1234567\nMemory: 512 KiB\nUsed: 100 KiB\n");
	const char *caps = content("/3/caps");
	CHECK(strstr(caps, "\n   2 Endpoint     rw--:0------7                3       1003        "
			   "102        101        0  -\n"));
	CHECK(strstr(caps, "\n   1 Untyped      -w--:--------                0       1003        "
			   "101         55      128  memory\n"));
	CHECK(strstr(content("/uptime"), "Up: ") &&
	      strstr(content("/uptime"), " s\nIdle: 0.00 s\n"));

	/* A snapshot stays as it was while the system goes on. */
	struct file_read_result first, second;
	struct file_seek_result at;
	cap_t file = open_file("/ipc_stats");
	CHECK(file_read(file, 64, &first) == OK);
	area.info.ipc_calls++;
	CHECK(seek(file, 0, 0, &at) == OK);
	CHECK(file_read(file, 64, &second) == OK);
	CHECK(first.data_length == second.data_length &&
	      memcmp(first.data, second.data, first.data_length) == 0);
	slot_drop(file);
	check_content("/ipc_stats", "IPC calls: 1,234,568\nAverage latency: 183 cycles\n");
	area.info.ipc_sampled = 0;
	check_content("/ipc_stats", "IPC calls: 1,234,568\nAverage latency: 0 cycles\n");
	area.info.ipc_sampled = 10;

	static const char *const missing[] = {
		"/2",
		"/0",
		"/03",
		"/3x",
		"/-1",
		"/4294967299",
		"/99999999999999999999",
		"/2/status",
		"/3/maps",
		"/3/ipc_stats"};
	for (u32 i = 0; i < ARRAY_LEN(missing); i++)
		CHECK(open_as(client, missing[i], 0, &s) == 0 && s == ERR_NOT_FOUND);

	/* A table too long is cut at a line's end, and marked as cut. */
	proc_server_caps = 2000;
	caps = content("/3/caps");
	CHECK(strlen(caps) > 95000 && strlen(caps) <= 98304);
	CHECK(strcmp(caps + strlen(caps) - 33, "(the rest is left out: too long)\n") == 0);
	CHECK(caps[strlen(caps) - 34] == '\n');
	proc_server_caps = 2;
}

/* A namespace is the grants whose names begin with a slash. */
static void test_mounts(void)
{
	static const char shells[] = "vfs / dir rw 0 0\n- /lost dir ro 0 0\n";
	struct dir_mounted_result m;
	enum microk_status s;
	cap_t proc = client;

	proc_server_grants = true;
	check_content("/12/mounts", shells);
	check_content("/3/mounts", "");
	check_content("/mounts", ""); /* of process 5, which does not exist */
	client = shell;
	check_content("/mounts", shells);
	/* The same by way of a directory that this client has opened. */
	client = open_file("/3");
	check_content("../mounts", shells);
	CHECK(dir_mounted(client, 0, &m) == ERR_RIGHTS);
	slot_drop(client);
	client = proc;
	CHECK(open_as(client, "/2/mounts", 0, &s) == 0 && s == ERR_NOT_FOUND);
	proc_server_grants = false;
	CHECK(dir_mounted(client, 0, &m) == OK && strcmp(m.path, "/") == 0);
	CHECK(strcmp(m.type, "proc") == 0 && m.read_only);
	CHECK(dir_mounted(client, 1, &m) == ERR_NOT_FOUND);
}

static void test_pci(void)
{
	enum microk_status s;

	check_content("/pci", "00:00.0 8086:29c0 060400 PCI bridge to bus 01\n"
			      "01:02.5 1af4:1042 010802 NVMe controller, driven by process 3\n"
			      "        0: memory 0xfe000000, 16 KiB, 64-bit, prefetchable\n"
			      "        4: ports 0xc040, 32 bytes\n");
	pci_failure = ERR_GONE;
	CHECK(open_as(client, "/pci", 0, &s) == 0 && s == ERR_GONE);
	pci_failure = OK;
}

static void test_limits(void)
{
	static cap_t files[SNAPSHOT_UNITS];
	enum microk_status s = OK;
	u64 before = everything();
	u32 held = 0;

	/* A client's share of the snapshots ends before the pool does. */
	proc_server_caps = 400;
	while (held < ARRAY_LEN(files) && (files[held] = open_as(client, "/3/caps", 0, &s)) != 0)
		held++;
	CHECK(held >= 2 && held < ARRAY_LEN(files) && s == ERR_NO_SPACE);
	CHECK(snapshot_units_used() <= SNAPSHOT_UNITS_PER_CLIENT);
	cap_t file = open_as(other, "/3/caps", 0, &s);
	CHECK(file != 0);
	slot_drop(file);
	while (held > 0)
		slot_drop(files[--held]);
	proc_server_caps = 2;
	CHECK(everything() == before && snapshot_units_used() == 0);
	for (u32 i = 0; i < 2000; i++) {
		file = open_as(client, i % 3 ? "/3/caps" : i % 2 ? "/" : "/9", 0, &s);
		if (file)
			slot_drop(file);
	}
	CHECK(everything() == before && snapshot_units_used() == 0);
}

int main(void)
{
	start();
	test_directories();
	test_proc();
	test_mounts();
	test_pci();
	test_limits();
	CHECK(kernel_printed[0] == '\0');
	return check_result("proc");
}
