/*
 * The whole VFS server, as a client sees it through generated stubs and the host's kernel: rights,
 * descriptors, limits, and that nothing leaks.
 */
#include "tests/host/cpio.h"
#include "client.h"
#include "gen/lib/microk/methods.h"
#include "microk/info.h"
#include "lib/fileserver/account.h"
#include "lib/microk/slots.h"
#include "lib/microk/startup.h"

int vfs_main(void);

static _Alignas(4096) union {
	struct microk_info info;
	u8 page[PAGE_SIZE];
} area;
static _Alignas(4096) u8 archive[1 << 17];
static cap_t vfs, other; /* the server's endpoint; two clients' capabilities */

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
	cpio_file(&c, "boot/init", "ELF");
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

	kernel_grant("archive", 0, archive, sizeof(archive) / PAGE_SIZE);
	kernel_grant("info", 0, &area, 1);
	vfs = kernel_server("vfs", run_vfs);
	client = kernel_mint(vfs, RIGHT_WRITE | DIR_RIGHT_READ, 5);
	other = kernel_mint(vfs, RIGHT_WRITE | DIR_RIGHT_READ | DIR_RIGHT_WRITE, 6);
}

static void test_files(void)
{
	struct dir_stat_result there;
	struct file_stat_result is;
	struct file_seek_result at;
	struct file_read_result got;
	struct file_entry_result entry;

	check_content("/etc/hello.txt", "Hello from MicroK.\n");
	CHECK(strlen(content("/etc/big")) == 3000);
	CHECK(stat_as(client, "/etc/big", &there) == OK && there.kind == KIND_FILE &&
	      there.size == 3000);
	CHECK(stat_as(client, "/etc", &there) == OK && there.kind == KIND_DIRECTORY);
	CHECK(stat_as(client, "/nope", &there) == ERR_NOT_FOUND);

	cap_t file = open_file("/etc/hello.txt");
	CHECK(kernel_rights(file) == (RIGHT_WRITE | RIGHT_GRANT | FILE_RIGHT_READ));
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
	bool boot = false, etc = false;

	cap_t root = open_file("/");
	for (u64 i = 0; file_entry(root, i, &entry) == OK; i = entry.next) {
		boot |= strcmp(entry.name, "boot") == 0 && entry.kind == KIND_DIRECTORY;
		etc |= strcmp(entry.name, "etc") == 0 && entry.kind == KIND_DIRECTORY;
	}
	CHECK(boot && etc);
	CHECK(file_read(root, 1, &got) == ERR_IS_DIR);
	CHECK(seek(root, 0, 0, &at) == OK && seek(root, 0, 1, &at) == ERR_IS_DIR);
	slot_drop(root);
}

static void test_refusals(void)
{
	enum microk_status s;
	struct dir_stat_result there;
	struct file_stat_result is;
	struct file_write_result taken;

	CHECK(open_as(client, "/etc/hello.txt", OPEN_WRITE, &s) == 0 && s == ERR_RIGHTS);
	CHECK(open_as(other, "/etc/hello.txt", OPEN_WRITE, &s) == 0 && s == ERR_READ_ONLY);
	CHECK(open_as(other, "/etc", OPEN_WRITE, &s) == 0 && s == ERR_IS_DIR);
	CHECK(open_as(client, "/etc/hello.txt", OPEN_DIRECTORY, &s) == 0 && s == ERR_NOT_DIR);
	CHECK(open_as(client, "/etc/hello.txt", 0x200, &s) == 0 && s == ERR_ARG);
	CHECK(open_as(other, "/etc/new", OPEN_WRITE | OPEN_CREATE, &s) == 0 && s == ERR_READ_ONLY);
	CHECK(open_as(other, "/etc/new", OPEN_CREATE, &s) == 0 && s == ERR_READ_ONLY);
	CHECK(dir_unlink(other, &(struct dir_unlink_args){.path = "/etc/hello.txt"}) ==
	      ERR_READ_ONLY);
	CHECK(dir_mkdir(other, &(struct dir_mkdir_args){.path = "/d"}) == ERR_READ_ONLY);
	CHECK(open_as(client, "", 0, &s) == 0 && s == ERR_NOT_FOUND);

	/* A capability without the right read; nor can a client receive on the server's endpoint. */
	cap_t blind = kernel_mint(vfs, RIGHT_WRITE, 8);
	CHECK(open_as(blind, "/etc/hello.txt", 0, &s) == 0 && s == ERR_RIGHTS);
	CHECK(stat_as(blind, "/", &there) == ERR_RIGHTS);

	/* A file's descriptor is not a directory, and a client's capability not a file. */
	cap_t file = open_file("/etc/hello.txt");
	CHECK(open_as(file, "/etc/hello.txt", 0, &s) == 0 && s == ERR_NOT_DIR);
	CHECK(stat_as(file, "/", &there) == ERR_NOT_DIR);
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
	CHECK(opening_count() == 1);
	CHECK(file_stat(child, &is) == OK && is.size == 19);
	slot_drop(child);
	CHECK(opening_count() == 0);
}

static void test_leaks(void)
{
	static const char *const paths[] = {
		"/etc/hello.txt", "/etc/big", "/etc", "/", "/nope", "/etc/hello.txt/x"};
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
		struct dir_stat_result there;
		CHECK(dir_open(client, &(struct dir_open_args){.path = paths[i % 4]}, 0,
			       &(struct dir_open_result){0}) != OK);
		CHECK(stat_as(client, "/", &there) == OK);
	}
	CHECK(everything() == before);
}

static void test_limits(void)
{
	cap_t files[DESCRIPTIONS_PER_DIRECTORY + 1];
	enum microk_status s = OK;
	u64 before = everything();

	for (u32 i = 0; i < DESCRIPTIONS_PER_DIRECTORY; i++)
		files[i] = open_file("/etc/hello.txt");
	CHECK(open_as(client, "/etc/hello.txt", 0, &s) == 0 && s == ERR_NO_SPACE);
	/* Another client is not touched by that. */
	cap_t file = open_as(other, "/etc/hello.txt", 0, &s);
	CHECK(file != 0);
	slot_drop(file);
	slot_drop(files[7]);
	files[7] = open_file("/etc/hello.txt");
	for (u32 i = 0; i < DESCRIPTIONS_PER_DIRECTORY; i++)
		slot_drop(files[i]);
	CHECK(everything() == before);
}

int main(void)
{
	start();
	test_files();
	test_directories();
	test_refusals();
	test_duplicates();
	test_leaks();
	test_limits();
	CHECK(kernel_printed[0] == '\0');
	if (kernel_printed[0])
		printf("printed: %s\n", kernel_printed);
	return check_result("vfs");
}
