/*
 * The whole VFS server, as a client sees it through generated stubs and the host's kernel: rights,
 * descriptors, /proc, limits, and that nothing leaks.
 */
#include "tests/host/check.h"
#include "tests/host/cpio.h"
#include "gen/protocols/inspect_protocol.h"
#include "gen/protocols/file_client.h"
#include "gen/protocols/vfs_client.h"
#include "kernel.h"
#include "gen/lib/microk/methods.h"
#include "microk/info.h"
#include "proc_server.h"
#include "servers/vfs/open_file.h"
#include "protocols/vfs.h"
#include "servers/vfs/snapshot.h"
#include "lib/microk/slots.h"
#include "lib/microk/startup.h"

int vfs_main(void);

static _Alignas(4096) union {
	struct microk_info info;
	u8 page[PAGE_SIZE];
} area;
static _Alignas(4096) u8 archive[1 << 17];
static cap_t vfs, client, other; /* the server's endpoint; two clients' capabilities */

static void run_vfs(cap_t endpoint)
{
	kernel_grant("vfs", endpoint, NULL, 0);
	vfs_main();
}

static void start(void)
{
	static struct cpio c;

	cpio_file(&c, "etc/hello.txt", "Hello from MicroK.\n");
	char big[3000];
	memset(big, 'b', sizeof(big));
	cpio_add(&c, "etc/big", 0100644, big, sizeof(big));
	cpio_end(&c);
	/* The archive begins inside its first page, as a loader may put it. */
	memcpy(archive + 0x120, c.bytes, c.used);
	area.info = (struct microk_info){
		.magic = INFO_MAGIC,
		.version_major = 1,
		.tsc_hz = 1000000,
		.archive_offset = 0x120,
		.archive_bytes = c.used,
		.ipc_calls = 1234567,
		.ipc_sampled = 10,
		.ipc_sampled_ticks = 1839};

	cap_t init = kernel_server("init", proc_server_run);
	kernel_grant(
		"supervisor", kernel_mint(init, RIGHT_WRITE | INSPECT_RIGHT_INSPECT, 3), NULL, 0);
	kernel_grant("archive", 0, archive, sizeof(archive) / PAGE_SIZE);
	kernel_grant("info", 0, &area, 1);
	vfs = kernel_server("vfs", run_vfs);
	client = kernel_mint(vfs, RIGHT_WRITE | VFS_RIGHT_READ, 5);
	other = kernel_mint(vfs, RIGHT_WRITE | VFS_RIGHT_READ | VFS_RIGHT_WRITE, 6);
}

/* Opens for reading in a fresh slot; 0 and *status on failure. */
static cap_t open_as(cap_t who, const char *path, u32 flags, enum microk_status *status)
{
	cap_t file = slot_alloc();

	*status = vfs_open(who, &(struct vfs_open_args){.flags = flags, .path = path}, file);
	if (*status == OK)
		return file;
	CHECK(!kernel_has(file));
	slot_free(file);
	return 0;
}

static cap_t open_file(const char *path)
{
	enum microk_status s;
	cap_t file = open_as(client, path, 0, &s);

	if (s != OK)
		printf("%s: %s\n", path, status_name(s));
	CHECK(file != 0);
	return file;
}

static const char *content(const char *path)
{
	static char text[1 << 17];
	struct file_read_result got;
	size_t used = 0;
	cap_t file = open_file(path);

	while (file_read(file, 896, &got) == OK && got.data_length > 0 &&
	       got.data_length < sizeof(text) - used) {
		memcpy(text + used, got.data, got.data_length);
		used += got.data_length;
	}
	text[used] = '\0';
	slot_drop(file);
	return text;
}

static void check_content(const char *path, const char *want)
{
	const char *got = content(path);

	if (strcmp(got, want) != 0) {
		printf("%s:\n%swanted:\n%s", path, got, want);
		check_failures++;
	}
}

static enum microk_status seek(cap_t file, i64 offset, u32 whence, struct file_seek_result *at)
{
	return file_seek(file, &(struct file_seek_args){.offset = offset, .whence = whence}, at);
}

static void test_files(void)
{
	struct vfs_stat_result there;
	struct file_stat_result is;
	struct file_seek_result at;
	struct file_read_result got;
	struct file_entry_result entry;

	check_content("/etc/hello.txt", "Hello from MicroK.\n");
	CHECK(strlen(content("/etc/big")) == 3000);
	CHECK(vfs_stat(client, "/etc/big", &there) == OK && there.kind == KIND_FILE &&
	      there.size == 3000);
	CHECK(vfs_stat(client, "/etc", &there) == OK && there.kind == KIND_DIRECTORY);
	CHECK(vfs_stat(client, "/nope", &there) == ERR_NOT_FOUND);

	cap_t file = open_file("/etc/hello.txt");
	CHECK(kernel_rights(file) == (RIGHT_WRITE | FILE_RIGHT_READ));
	CHECK(file_stat(file, &is) == OK && is.kind == KIND_FILE && is.size == 19);
	CHECK(file_read(file, 5, &got) == OK && got.data_length == 5);
	CHECK(seek(file, 1, SEEK_FROM_HERE, &at) == OK && at.position == 6);
	CHECK(file_read(file, 4, &got) == OK && memcmp(got.data, "from", 4) == 0);
	CHECK(seek(file, -8, SEEK_FROM_END, &at) == OK && at.position == 11);
	CHECK(seek(file, -12, SEEK_FROM_HERE, &at) == ERR_ARG);
	CHECK(seek(file, INT64_MAX, SEEK_FROM_HERE, &at) == ERR_ARG);
	CHECK(seek(file, INT64_MIN, SEEK_FROM_END, &at) == ERR_ARG);
	CHECK(seek(file, 0, 3, &at) == ERR_ARG);
	CHECK(seek(file, 0, SEEK_FROM_HERE, &at) == OK && at.position == 11);
	CHECK(seek(file, INT64_MAX, SEEK_FROM_START, &at) == OK);
	CHECK(file_read(file, 896, &got) == OK && got.data_length == 0);
	CHECK(file_read(file, 0, &got) == OK && got.data_length == 0);
	CHECK(seek(file, 0, SEEK_FROM_START, &at) == OK);
	CHECK(file_read(file, UINT32_MAX, &got) == OK && got.data_length == 19);
	CHECK(file_entry(file, 0, &entry) == ERR_NOT_DIR);
	slot_drop(file);
}

static void test_directories(void)
{
	struct file_entry_result entry;
	struct file_read_result got;
	struct file_seek_result at;
	bool proc = false, etc = false;

	cap_t root = open_file("/");
	for (u32 i = 0; file_entry(root, i, &entry) == OK; i++) {
		proc |= strcmp(entry.name, "proc") == 0 && entry.kind == KIND_DIRECTORY;
		etc |= strcmp(entry.name, "etc") == 0 && entry.kind == KIND_DIRECTORY;
	}
	CHECK(proc && etc);
	CHECK(file_read(root, 1, &got) == ERR_IS_DIR);
	CHECK(seek(root, 0, 0, &at) == ERR_IS_DIR);
	slot_drop(root);

	static const char *const wanted[] = {
		"ipc_stats", "meminfo", "uptime", "version", "1", "3", "12"};
	cap_t directory = open_file("/proc");
	for (u32 i = 0; i < ARRAY_LEN(wanted); i++)
		CHECK(file_entry(directory, i, &entry) == OK && strcmp(entry.name, wanted[i]) == 0);
	CHECK(file_entry(directory, 7, &entry) == ERR_NOT_FOUND);
	slot_drop(directory);
	directory = open_file("/proc/12");
	CHECK(file_entry(directory, 1, &entry) == OK);
	CHECK(strcmp(entry.name, "status") == 0);
	CHECK(file_entry(directory, 2, &entry) == ERR_NOT_FOUND);
	slot_drop(directory);
}

static void test_proc(void)
{
	enum microk_status s;

	check_content("/proc/ipc_stats", "IPC calls: 1,234,567\nAverage latency: 183 cycles\n");
	check_content("/proc/version", "MicroK 1.0 x86_64 microkernel\n");
	check_content("/proc/meminfo",
		      "Total:      65,536 KiB\nUsed:        4,096 KiB\nFree:       61,440 KiB\n");
	check_content("/proc/3/status",
		      "Name: vfs\nId: 3\nState: ready\nPriority: 30\nTime: 2500 ms\n"
		      "Calls: 1234567\nMemory: 512 KiB\nUsed: 100 KiB\n");
	const char *caps = content("/proc/3/caps");
	CHECK(strstr(caps, "\n   2 Endpoint     rw--:0------7                3       1003        "
			   "102        101        0  -\n"));
	CHECK(strstr(caps, "\n   1 Untyped      -w--:--------                0       1003        "
			   "101         55      128  memory\n"));
	CHECK(strstr(content("/proc/uptime"), "Up: ") &&
	      strstr(content("/proc/uptime"), " s\nIdle: 0.00 s\n"));

	/* A snapshot stays as it was while the system goes on. */
	struct file_read_result first, second;
	struct file_seek_result at;
	cap_t file = open_file("/proc/ipc_stats");
	CHECK(file_read(file, 64, &first) == OK);
	area.info.ipc_calls++;
	CHECK(seek(file, 0, 0, &at) == OK);
	CHECK(file_read(file, 64, &second) == OK);
	CHECK(first.data_length == second.data_length &&
	      memcmp(first.data, second.data, first.data_length) == 0);
	slot_drop(file);
	check_content("/proc/ipc_stats", "IPC calls: 1,234,568\nAverage latency: 183 cycles\n");
	area.info.ipc_sampled = 0;
	check_content("/proc/ipc_stats", "IPC calls: 1,234,568\nAverage latency: 0 cycles\n");
	area.info.ipc_sampled = 10;

	static const char *const missing[] = {
		"/proc/2",
		"/proc/0",
		"/proc/03",
		"/proc/3x",
		"/proc/-1",
		"/proc/4294967299",
		"/proc/99999999999999999999",
		"/proc/2/status",
		"/proc/3/maps",
		"/proc/3/ipc_stats"};
	for (u32 i = 0; i < ARRAY_LEN(missing); i++)
		CHECK(open_as(client, missing[i], 0, &s) == 0 && s == ERR_NOT_FOUND);

	/* A table too long is cut at a line's end, and marked as cut. */
	proc_server_caps = 2000;
	caps = content("/proc/3/caps");
	CHECK(strlen(caps) > 95000 && strlen(caps) <= 98304);
	CHECK(strcmp(caps + strlen(caps) - 33, "(the rest is left out: too long)\n") == 0);
	CHECK(caps[strlen(caps) - 34] == '\n');
	proc_server_caps = 2;
}

static void test_refusals(void)
{
	enum microk_status s;
	struct vfs_stat_result there;
	struct file_stat_result is;
	struct file_write_result taken;

	CHECK(open_as(client, "/etc/hello.txt", OPEN_WRITE, &s) == 0 && s == ERR_RIGHTS);
	CHECK(open_as(other, "/etc/hello.txt", OPEN_WRITE, &s) == 0 && s == ERR_READ_ONLY);
	CHECK(open_as(other, "/etc", OPEN_WRITE, &s) == 0 && s == ERR_IS_DIR);
	CHECK(open_as(client, "/etc/hello.txt", OPEN_DIRECTORY, &s) == 0 && s == ERR_NOT_DIR);
	CHECK(open_as(client, "/etc/hello.txt", 4, &s) == 0 && s == ERR_ARG);
	CHECK(open_as(client, "etc", 0, &s) == 0 && s == ERR_NAME);
	CHECK(open_as(client, "", 0, &s) == 0 && s == ERR_NOT_FOUND);

	/* A capability without the right read; nor can a client receive on the server's endpoint. */
	cap_t blind = kernel_mint(vfs, RIGHT_WRITE, 8);
	CHECK(open_as(blind, "/etc/hello.txt", 0, &s) == 0 && s == ERR_RIGHTS);
	CHECK(vfs_stat(blind, "/", &there) == ERR_RIGHTS);

	/* A descriptor speaks file, a client's capability vfs, and neither the other's. */
	cap_t file = open_file("/etc/hello.txt");
	CHECK(open_as(file, "/etc/hello.txt", 0, &s) == 0 && s == ERR_PROTOCOL);
	CHECK(vfs_stat(file, "/", &there) == ERR_PROTOCOL);
	CHECK(file_stat(client, &is) == ERR_PROTOCOL);
	CHECK(file_write(file, "x", 1, &taken) == ERR_RIGHTS);

	/* An invented badge (which only the server could mint) names nothing. */
	cap_t forged =
		kernel_mint(vfs, RIGHT_WRITE | FILE_RIGHT_READ | FILE_RIGHT_WRITE, 1ul << 63 | 77);
	CHECK(file_stat(forged, &is) == ERR_NOT_FOUND);
	CHECK(file_write(forged, "x", 1, &taken) == ERR_NOT_FOUND);
	cap_t beyond = kernel_mint(vfs, RIGHT_WRITE | FILE_RIGHT_READ, ~0ul);
	CHECK(file_stat(beyond, &is) == ERR_NOT_FOUND);
	slot_drop(file);
}

/* Duplicates share the offset, and the description lives until the last is gone. */
static void test_duplicates(void)
{
	struct file_read_result got;
	struct file_stat_result is;
	cap_t file = open_file("/etc/hello.txt"), twin = slot_alloc(), child = slot_alloc();

	CHECK(cnode_copy(SLOT_CNODE,
			 &(struct cnode_copy){
				 .index = twin,
				 .source_cnode = SLOT_CNODE,
				 .source_index = file,
				 .rights = RIGHT_ALL,
			 }) == OK);
	CHECK(cnode_copy(SLOT_CNODE,
			 &(struct cnode_copy){
				 .index = child,
				 .source_cnode = SLOT_CNODE,
				 .source_index = twin,
				 .rights = RIGHT_WRITE,
			 }) == OK);
	CHECK(file_read(file, 6, &got) == OK);
	CHECK(file_read(twin, 4, &got) == OK && memcmp(got.data, "from", 4) == 0);
	CHECK(file_read(child, 4, &got) == ERR_RIGHTS);
	slot_drop(file);
	slot_drop(twin);
	CHECK(open_file_count() == 1);
	CHECK(file_stat(child, &is) == OK && is.size == 19);
	slot_drop(child);
	CHECK(open_file_count() == 0);
}

/* A count of everything; a leak anywhere changes it. */
static u64 everything(void)
{
	return (u64)kernel_caps() << 40 | (u64)slots_free_count() << 20 | open_file_count() << 10 |
	       snapshot_units_used();
}

static void test_leaks(void)
{
	static const char *const paths[] = {
		"/etc/hello.txt", "/proc/3/caps", "/proc",           "/",
		"/nope",          "/proc/9",      "/etc/hello.txt/x"};
	u64 before = everything();

	for (u32 i = 0; i < 10000; i++) {
		enum microk_status s;
		cap_t file = open_as(client, paths[i % ARRAY_LEN(paths)], 0, &s);
		if (file != 0)
			slot_drop(file);
	}
	CHECK(everything() == before);

	/* A caller without a slot for the capability: the server notices, and frees what it made. */
	for (u32 i = 0; i < 1000; i++) {
		struct vfs_stat_result there;
		CHECK(vfs_open(client, &(struct vfs_open_args){.path = paths[i % 4]}, 0) != OK);
		CHECK(vfs_stat(client, "/", &there) == OK);
	}
	CHECK(everything() == before);
}

static void test_limits(void)
{
	cap_t files[OPEN_FILES_PER_CLIENT + 1];
	enum microk_status s = OK;
	u64 before = everything();

	for (u32 i = 0; i < OPEN_FILES_PER_CLIENT; i++)
		files[i] = open_file("/etc/hello.txt");
	CHECK(open_as(client, "/etc/hello.txt", 0, &s) == 0 && s == ERR_NO_SPACE);
	/* Another client is not touched by that. */
	cap_t file = open_as(other, "/etc/hello.txt", 0, &s);
	CHECK(file != 0);
	slot_drop(file);
	slot_drop(files[7]);
	files[7] = open_file("/etc/hello.txt");
	for (u32 i = 0; i < OPEN_FILES_PER_CLIENT; i++)
		slot_drop(files[i]);
	CHECK(everything() == before);

	/* Snapshots: a client's share ends before the pool does. */
	proc_server_caps = 400;
	u32 held = 0;
	while (held < OPEN_FILES_PER_CLIENT &&
	       (files[held] = open_as(client, "/proc/3/caps", 0, &s)) != 0)
		held++;
	CHECK(held >= 2 && held < OPEN_FILES_PER_CLIENT && s == ERR_NO_SPACE);
	CHECK(snapshot_units_used() <= SNAPSHOT_UNITS_PER_CLIENT);
	file = open_as(other, "/proc/3/caps", 0, &s);
	CHECK(file != 0);
	slot_drop(file);
	while (held > 0)
		slot_drop(files[--held]);
	proc_server_caps = 2;
	CHECK(everything() == before);
}

int main(void)
{
	start();
	test_files();
	test_directories();
	test_proc();
	test_refusals();
	test_duplicates();
	test_leaks();
	test_limits();
	CHECK(kernel_printed[0] == '\0');
	if (kernel_printed[0])
		printf("printed: %s\n", kernel_printed);
	return check_result("server");
}
