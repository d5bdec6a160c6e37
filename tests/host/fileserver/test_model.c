/* Random operations, against a model, while requests wait and instances end after any store; both where the file system can. */
#include "tested.h"

#define NAMES 10
#define FILES 32
#define OPEN 8
#define FILE_BYTES 65536

static const char *const universe[NAMES] = {
	"a", "b", "c", "d", "e", "d/a", "d/b", "e/a", "e/d", "d/d"};

struct file {
	bool is_directory;
	u32 links, opens;
	u64 bytes;
	u8 data[FILE_BYTES];
};
static struct file files[FILES];
static int named[NAMES]; /* the file of each name, -1: none */
static struct {
	cap_t slot; /* 0: not open */
	int file;
	u32 flags;
	u64 offset;
} opened[OPEN];

static unsigned long state;

static u32 pick(u32 count)
{
	return (u32)(random_next(&state) % count);
}

/* ---- The model ---- */

/* The directory of a name: its number among the names, or -1 for the root. */
static int directory_of(u32 name)
{
	const char *slash = strchr(universe[name], '/');

	if (!slash)
		return -1;
	return universe[name][0] == 'd' ? 3 : 4;
}

static enum microk_status walk(u32 name)
{
	int d = directory_of(name);

	if (d < 0)
		return OK;
	return named[d] < 0 ? ERR_NOT_FOUND : files[named[d]].is_directory ? OK : ERR_NOT_DIR;
}

static enum microk_status find(u32 name)
{
	enum microk_status s = walk(name);

	return s == OK && named[name] < 0 ? ERR_NOT_FOUND : s;
}

static bool in_use(int f)
{
	return files[f].links || files[f].opens;
}

static int make(u32 name, bool is_directory)
{
	int f = 0;

	while (in_use(f))
		f++;
	files[f] = (struct file){.is_directory = is_directory, .links = 1};
	return named[name] = f;
}

static bool is_empty(u32 name)
{
	for (u32 i = 0; i < NAMES; i++)
		if (directory_of(i) == (int)name && named[i] >= 0)
			return false;
	return true;
}

static void unname(u32 name)
{
	files[named[name]].links--;
	named[name] = -1;
}

/* ---- Each operation in both ---- */

static void do_open(void)
{
	static const u32 kinds[] = {
		0,
		OPEN_WRITE,
		OPEN_WRITE | OPEN_CREATE,
		OPEN_WRITE | OPEN_CREATE | OPEN_EXCLUSIVE,
		OPEN_WRITE | OPEN_TRUNCATE | OPEN_CREATE,
		OPEN_WRITE | OPEN_APPEND};
	u32 name = pick(NAMES), flags = kinds[pick(6)], i = pick(OPEN);
	enum microk_status s, want = walk(name);

	if (opened[i].slot)
		return;
	bool exists = want == OK && named[name] >= 0;
	if (want == OK && !exists)
		want = flags & OPEN_CREATE ? OK : ERR_NOT_FOUND;
	else if (want == OK && flags & OPEN_EXCLUSIVE)
		want = ERR_EXISTS;
	else if (want == OK && files[named[name]].is_directory && flags)
		want = ERR_IS_DIR;
	cap_t slot = open_at(root, universe[name], flags, &s);
	CHECK(s == want);
	if (!slot || s != want)
		return;
	int f = exists ? named[name] : make(name, false);
	if (flags & OPEN_TRUNCATE) {
		files[f].bytes = 0;
		memset(files[f].data, 0, FILE_BYTES);
	}
	files[f].opens++;
	opened[i].slot = slot;
	opened[i].file = f;
	opened[i].flags = flags;
	opened[i].offset = 0;
}

static void do_close(u32 i)
{
	if (!opened[i].slot)
		return;
	drop(opened[i].slot);
	opened[i].slot = 0;
	files[opened[i].file].opens--;
}

static void do_read(u32 i)
{
	struct file_read_result got;
	struct file *f = &files[opened[i].file];
	u64 at = opened[i].offset, left = at < f->bytes ? f->bytes - at : 0;
	u32 size = pick(900);

	enum microk_status s = file_read(opened[i].slot, size, &got);
	if (f->is_directory) {
		CHECK(s == ERR_IS_DIR);
		return;
	}
	u64 want = left < size ? left : size;
	if (want > 896)
		want = 896;
	CHECK(s == OK && got.data_length == want &&
	      memcmp(got.data, f->data + (want ? at : 0), want) == 0);
	opened[i].offset += want;
}

static void do_write(u32 i)
{
	struct file_write_result written;
	struct file *f = &files[opened[i].file];
	u8 data[896];
	u32 size = 1 + pick(pick(4) ? 40 : 896);
	u64 most = tested_limits.file_bytes ? tested_limits.file_bytes : FILE_BYTES;

	for (u32 k = 0; k < size; k++)
		data[k] = (u8)random_next(&state);
	u64 at = opened[i].flags & OPEN_APPEND ? f->bytes : opened[i].offset;
	if (most == FILE_BYTES && at + size > most)
		return; /* more than the model has room for */
	enum microk_status s = file_write(opened[i].slot, data, size, &written);
	if (!(opened[i].flags & OPEN_WRITE)) {
		CHECK(s == ERR_RIGHTS);
		return;
	}
	if (at >= most) {
		CHECK(s == ERR_FULL);
		return;
	}
	u64 want = size < most - at ? size : most - at;
	CHECK(s == OK && written.written == want);
	memcpy(f->data + at, data, want);
	opened[i].offset = at + want;
	f->bytes = f->bytes > at + want ? f->bytes : at + want;
}

static void do_seek(u32 i)
{
	struct file_seek_result got;
	struct file *f = &files[opened[i].file];
	struct file_seek_args args = {
		.offset = (i64)pick(tested_limits.span) - tested_limits.span / 12,
		.whence = pick(3)};
	i64 base = args.whence == 1 ? (i64)opened[i].offset : args.whence == 2 ? (i64)f->bytes : 0;
	enum microk_status s = file_seek(opened[i].slot, &args, &got);

	if (f->is_directory)
		return; /* it reads nothing by its offset */
	CHECK(s == (base + args.offset < 0 ? ERR_ARG : OK));
	if (s != OK)
		return;
	CHECK(got.position == (u64)(base + args.offset));
	opened[i].offset = got.position;
}

static void do_truncate(u32 i)
{
	struct file *f = &files[opened[i].file];
	u64 bytes = pick(tested_limits.span);
	enum microk_status s = file_truncate(opened[i].slot, bytes);

	CHECK(s == (opened[i].flags & OPEN_WRITE ? OK : ERR_RIGHTS));
	if (s != OK)
		return;
	if (bytes < f->bytes)
		memset(f->data + bytes, 0, f->bytes - bytes);
	f->bytes = bytes;
}

static void do_mkdir(void)
{
	u32 name = 3 + pick(2);
	enum microk_status s =
		dir_mkdir(root, &(struct dir_mkdir_args){.mode = 0755, .path = universe[name]});

	CHECK(s == (named[name] >= 0 ? ERR_EXISTS : OK));
	if (s == OK)
		make(name, true);
}

static void do_unlink(void)
{
	u32 name = pick(NAMES);
	bool directory = pick(2);
	enum microk_status want = find(name);

	if (want == OK && directory != files[named[name]].is_directory)
		want = directory ? ERR_NOT_DIR : ERR_IS_DIR;
	if (want == OK && directory && !is_empty(name))
		want = ERR_NOT_EMPTY;
	enum microk_status s = dir_unlink(
		root, &(struct dir_unlink_args){
			      .flags = directory ? AT_DIRECTORY : 0, .path = universe[name]});
	CHECK(s == want);
	if (s == OK)
		unname(name);
}

static void do_rename(void)
{
	u32 from = pick(NAMES), to = pick(NAMES);
	bool exclusive = pick(4) == 0;

	/* Directories stay where the universe has their names. */
	if (named[from] < 0 || files[named[from]].is_directory)
		return;
	enum microk_status want = find(from);
	if (want == OK)
		want = walk(to);
	if (want == OK && named[to] >= 0 && exclusive)
		want = ERR_EXISTS;
	if (want == OK && named[to] >= 0 && files[named[to]].is_directory)
		want = ERR_IS_DIR;
	enum microk_status s = dir_rename(
		root, &(struct dir_rename_args){.flags = exclusive ? AT_EXCLUSIVE : 0,
						.from = universe[from],
						.to = universe[to]});
	CHECK(s == want);
	if (s != OK || named[from] == named[to])
		return;
	int f = named[from];
	if (named[to] >= 0)
		unname(to);
	named[from] = -1;
	named[to] = f;
}

static void do_link(void)
{
	u32 from = pick(NAMES), to = pick(NAMES);
	enum microk_status want = find(from);

	if (want == OK)
		want = walk(to);
	if (want == OK && files[named[from]].is_directory)
		want = ERR_IS_DIR;
	else if (want == OK && named[to] >= 0)
		want = ERR_EXISTS;
	else if (want == OK && files[named[from]].links == tested_limits.links)
		want = ERR_LINKS;
	enum microk_status s = dir_link_to(
		root, &(struct dir_link_to_args){
			      .from = universe[from], .to = universe[to], .target = root});
	CHECK(s == want);
	if (s != OK)
		return;
	named[to] = named[from];
	files[named[to]].links++;
}

static void do_sync(u32 i)
{
	if (opened[i].slot)
		CHECK(file_sync(opened[i].slot) == OK);
	else
		CHECK(dir_sync(root) == OK);
}

static void one_operation(void)
{
	u32 i = pick(OPEN), what = pick(15);

	if (what < 3)
		do_open();
	else if (what == 3)
		do_close(i);
	else if (what == 4)
		do_mkdir();
	else if (what == 5)
		do_unlink();
	else if (what == 6)
		do_rename();
	else if (what == 7)
		do_link();
	else if (what == 14)
		do_sync(i);
	else if (!opened[i].slot)
		return;
	else if (what < 10)
		do_read(i);
	else if (what < 12)
		do_write(i);
	else if (what == 12)
		do_seek(i);
	else
		do_truncate(i);
}

/* ---- Everything that can be seen ---- */

static void compare_bytes(u32 name)
{
	static u8 got[FILE_BYTES + 1];
	const struct file *f = &files[named[name]];

	CHECK(read_all(root, universe[name], got, sizeof(got)) == f->bytes &&
	      memcmp(got, f->data, f->bytes) == 0);
}

/* The name is listed in its directory, or it is not. */
static void compare_listing(u32 name)
{
	const char *slash = strchr(universe[name], '/'), *own = slash ? slash + 1 : universe[name];
	char path[] = {slash ? universe[name][0] : '/', '\0'};
	struct file_entry_result entry;
	bool listed = false;

	if (walk(name) != OK)
		return;
	cap_t d = must_open(root, path, OPEN_DIRECTORY);
	for (u64 cookie = 0; file_entry(d, cookie, &entry) == OK; cookie = entry.next)
		if (strcmp(entry.name, own) == 0) {
			CHECK(!listed);
			listed = true;
		}
	CHECK(listed == (named[name] >= 0));
	drop(d);
}

static void compare(void)
{
	struct dir_stat_result there;
	u32 nodes = 1, opens = 0;

	tested_die_after = 0;
	memfs_waits = 0;
	kernel_notify(server, 1);
	for (u32 i = 0; i < NAMES; i++) {
		enum microk_status s =
			dir_stat(root, &(struct dir_stat_args){.path = universe[i]}, &there);
		CHECK(s == find(i));
		if (s != OK || named[i] < 0)
			continue;
		const struct file *f = &files[named[i]];
		if (!f->is_directory || !tested_limits.directories_are_files)
			CHECK(there.links == f->links && there.size == f->bytes);
		CHECK((there.kind == KIND_DIRECTORY) == f->is_directory);
		if (!f->is_directory)
			compare_bytes(i);
	}
	for (u32 i = 0; i < NAMES; i++)
		compare_listing(i);
	for (u32 thread = 0; thread < 3; thread++) {
		kernel_thread(thread);
		drop(must_open(root, "/", 0)); /* now no description is in doubt any more */
	}
	for (int i = 0; i < FILES; i++)
		nodes += in_use(i);
	for (u32 i = 0; i < OPEN; i++)
		opens += opened[i].slot != 0;
	CHECK(tested_descriptions() == opens && tested_holds() == opens && tested_nodes() == nodes);
	CHECK(tested_check() == OK && tested_waiting() == 0);
}

void test_model(unsigned long seed, u32 rounds)
{
	u64 before = everything();

	state = seed;
	for (u32 i = 0; i < NAMES; i++)
		named[i] = -1;
	for (u32 i = 0; i < rounds && !check_failures; i++) {
		kernel_thread(pick(3));
		memfs_waits = pick(3) ? 0 : pick(4);
		tested_die_after = pick(2) || !tested_limits.ends ? 0 : 1 + pick(80);
		tested_die_again = pick(4) ? 0 : 1 + pick(40);
		one_operation();
		if (i % 20 == 0)
			compare();
		if (check_failures)
			printf("seed %lu, round %u\n", seed, i);
	}
	tested_die_after = 0;
	for (u32 i = 0; i < OPEN; i++)
		do_close(i);
	for (u32 i = NAMES; i-- > 0 && !check_failures;)
		if (named[i] >= 0) {
			bool directory = files[named[i]].is_directory;
			CHECK(dir_unlink(root, &(struct dir_unlink_args){
						       .flags = directory ? AT_DIRECTORY : 0,
						       .path = universe[i]}) == OK);
			unname(i);
		}
	compare();
	kernel_thread(0);
	CHECK(everything() == before && tested_nodes() == 1);
}
