/*
 * The server of /proc, as a client sees it through generated stubs and the host's kernel: contents, snapshots, and their limits.
 */
#include "client.h"
#include "gen/protocols/inspect_protocol.h"
#include "lib/microk/slots.h"
#include "microk/info.h"
#include "proc_server.h"
#include "servers/proc/snapshot.h"

int proc_main(void);

static _Alignas(4096) union {
	struct microk_info info;
	u8 page[PAGE_SIZE];
} area;
static cap_t other;

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
	cap_t proc = kernel_server("proc", run_proc);
	client = kernel_mint(proc, RIGHT_WRITE | DIR_RIGHT_READ, 5);
	other = kernel_mint(proc, RIGHT_WRITE | DIR_RIGHT_READ | DIR_RIGHT_WRITE, 6);
}

static void test_directories(void)
{
	struct file_entry_result entry;
	struct dir_stat_result there;

	static const char *const wanted[] = {
		"ipc_stats", "meminfo", "uptime", "version", "1", "3", "12"};
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
	check_content("/meminfo",
		      "Total:      65,536 KiB\nUsed:        4,096 KiB\nFree:       61,440 KiB\n");
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
	test_limits();
	CHECK(kernel_printed[0] == '\0');
	return check_result("proc");
}
