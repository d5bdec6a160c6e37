/* A small file that is in the cache, and ten thousand in one directory. */
#include "gen/lib/microk/methods.h"
#include "gen/protocols/dir_client.h"
#include "gen/protocols/file_client.h"
#include "lib/microk/print.h"
#include "lib/microk/slots.h"
#include "lib/microk/startup.h"
#include "lib/microk/util.h"
#include "protocols/dir.h"
#include "tests/guest/file_bench/bench.h"

static void open_close(cap_t slot)
{
	struct dir_open_result opened;

	must(dir_open(folder, &(struct dir_open_args){.path = "bench/small"}, slot, &opened) == OK,
	     "open");
	cnode_delete(SLOT_CNODE, slot);
}

static void stat(void)
{
	struct dir_stat_result is;

	must(dir_stat(folder, &(struct dir_stat_args){.path = "bench/small"}, &is) == OK &&
		     is.size == PAGE_SIZE,
	     "stat");
}

static void read_4k(cap_t file)
{
	struct file_read_lent_at_result read;

	must(file_read_lent_at(
		     file, &(struct file_read_lent_at_args){.size = PAGE_SIZE}, &read) == OK &&
		     read.length == PAGE_SIZE,
	     "read of 4 KiB");
}

static void read_1(cap_t file)
{
	static struct file_read_at_result read;

	must(file_read_at(file, &(struct file_read_at_args){.size = 1}, &read) == OK &&
		     read.data_length == 1,
	     "read of a byte");
}

void bench_small(void)
{
	cap_t slot = slot_alloc(), file = open_lent("bench/small", 0);

	read_4k(file);
	ROW(file_open_close, few, 0, open_close(slot));
	ROW(file_stat, few, 0, stat());
	ROW(file_read_4k, few, (u64)few * PAGE_SIZE, read_4k(file));
	ROW(file_read_1, few, few, read_1(file));
	close_file(file);
	slot_free(slot);
}

static const char *name_of(u32 i)
{
	static char name[40];

	format(name, sizeof(name), "bench/folder/file-%05u", i);
	return name;
}

static void write_bytes(cap_t file, u32 bytes)
{
	struct file_write_result done = {0};

	must(file_write(file, memory, bytes, &done) == OK && done.written == bytes, "write");
}

static void create(const char *name, cap_t slot, u32 bytes)
{
	struct dir_open_result opened;
	struct dir_open_args args = {
		.flags = OPEN_WRITE | OPEN_CREATE | OPEN_EXCLUSIVE, .mode = 0644};

	args.path = name;
	must(dir_open(folder, &args, slot, &opened) == OK, "create");
	for (u32 part; bytes; bytes -= part) {
		part = MIN(bytes, FILE_DATA_MAX);
		write_bytes(slot, part);
	}
	cnode_delete(SLOT_CNODE, slot);
}

static void delete(const char *name)
{
	must(dir_unlink(folder, &(struct dir_unlink_args){.path = name}) == OK, "delete");
}

static void make_folder(bool made)
{
	must((made ? dir_mkdir(folder,
			       &(struct dir_mkdir_args){.mode = 0755, .path = "bench/folder"})
		   : dir_unlink(folder, &(struct dir_unlink_args){.flags = AT_DIRECTORY,
								  .path = "bench/folder"})) == OK,
	     "folder");
	must(dir_sync(folder) == OK, "sync");
}

/* Like the Linux guest's program, which makes the name in the window, too. */
void bench_many(void)
{
	cap_t slot = slot_alloc();

	make_folder(true);
	ROW(file_create_1k, many, 0, create(name_of(op), slot, 1024));
	ROW(file_delete_1k, many, 0, delete (name_of(op)));
	make_folder(false);
	make_folder(true);
	ROW(file_create, many, 0, create(name_of(op), slot, 0));
	ROW(file_delete, many, 0, delete (name_of(op)));
	make_folder(false);
}
