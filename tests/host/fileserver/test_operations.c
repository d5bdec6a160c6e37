/* Every operation of both protocols, wrong arguments, rights, and paths. */
#include "tested.h"

static enum microk_status mkdir_at(cap_t d, const char *path)
{
	return dir_mkdir(d, &(struct dir_mkdir_args){.mode = 0755, .path = path});
}
static enum microk_status unlink_at(cap_t d, const char *path, u32 flags)
{
	return dir_unlink(d, &(struct dir_unlink_args){.flags = flags, .path = path});
}
static enum microk_status rename_at(cap_t d, const char *from, const char *to, u32 flags)
{
	return dir_rename(d, &(struct dir_rename_args){.flags = flags, .from = from, .to = to});
}
static enum microk_status symlink_at(cap_t d, const char *target, const char *path)
{
	return dir_symlink(d, &(struct dir_symlink_args){.target = target, .path = path});
}
static enum microk_status link_at(cap_t d, const char *from, cap_t target, const char *to)
{
	return dir_link_to(d, &(struct dir_link_to_args){.from = from, .to = to, .target = target});
}
static enum microk_status stat_at(cap_t d, const char *path, u32 flags, struct dir_stat_result *out)
{
	return dir_stat(d, &(struct dir_stat_args){.flags = flags, .path = path}, out);
}

static void test_files(void)
{
	struct file_seek_result at;
	struct file_read_result got;
	struct file_read_at_result got_at;
	struct file_write_at_result put;
	struct file_stat_result is;
	enum microk_status s;
	u64 before = everything();
	cap_t f = must_open(root, "f", OPEN_WRITE | OPEN_CREATE | OPEN_EXCLUSIVE);

	CHECK(open_at(root, "f", OPEN_WRITE | OPEN_CREATE | OPEN_EXCLUSIVE, &s) == 0 &&
	      s == ERR_EXISTS);
	CHECK(write_text(f, "Hello, files.") == OK);
	CHECK(strcmp(content_of(root, "/f"), "Hello, files.") == 0);
	CHECK(file_stat(f, &is) == OK && is.size == 13 && is.mode == 0644 && is.links == 1);
	CHECK(file_seek(f, &(struct file_seek_args){.offset = -6, .whence = SEEK_FROM_END}, &at) ==
	      OK);
	CHECK(at.position == 7 && file_read(f, 5, &got) == OK && !memcmp(got.data, "files", 5));
	CHECK(file_seek(f, &(struct file_seek_args){.offset = -13, .whence = SEEK_FROM_HERE},
			&at) == ERR_ARG);
	CHECK(file_seek(f, &(struct file_seek_args){.offset = 0, .whence = 3}, &at) == ERR_ARG);
	CHECK(file_read_at(f, &(struct file_read_at_args){.offset = 7, .size = 900}, &got_at) ==
		      OK &&
	      got_at.data_length == 6);
	CHECK(file_write_at(f,
			    &(struct file_write_at_args){
				    .offset = 7, .data = (u8 *)"bytes", .data_length = 5},
			    &put) == OK);
	CHECK(file_write_at(f,
			    &(struct file_write_at_args){
				    .offset = ~0ul, .data = (u8 *)"x", .data_length = 1},
			    &put) == ERR_TOO_LARGE);
	CHECK(file_write_at(
		      f,
		      &(struct file_write_at_args){
			      .offset = tested_limits.beyond, .data = (u8 *)"x", .data_length = 1},
		      &put) == tested_limits.beyond_status);
	CHECK(strcmp(content_of(root, "f"), "Hello, bytes.") == 0);
	CHECK(file_truncate(f, 5) == OK && strcmp(content_of(root, "f"), "Hello") == 0);
	CHECK(file_truncate(f, 1ul << 63) == ERR_TOO_LARGE);
	cap_t a = must_open(root, "f", OPEN_WRITE | OPEN_APPEND);
	CHECK(write_text(a, "!") == OK && write_text(a, "?") == OK);
	CHECK(strcmp(content_of(root, "f"), "Hello!?") == 0);
	drop(a);
	a = must_open(root, "f", OPEN_WRITE | OPEN_TRUNCATE);
	CHECK(strcmp(content_of(root, "f"), "") == 0);
	CHECK(file_set(a,
		       &(struct file_set_args){
			       .what = SET_MODE | SET_MODIFIED, .mode = 0600, .modified = 77}) ==
	      OK);
	CHECK(file_stat(a, &is) == OK && is.mode == 0600 && is.modified == 77);
	CHECK(file_set(a, &(struct file_set_args){.what = 32}) == ERR_ARG);
	CHECK(file_set(a, &(struct file_set_args){.what = SET_MODE, .mode = 010000}) == ERR_ARG);
	tested_fail_sync();
	CHECK(file_sync(a) == tested_limits.sync_status && file_sync(a) == OK &&
	      dir_sync(root) == OK);
	/* A file that is removed while it is open stays until it is closed. */
	CHECK(unlink_at(root, "f", 0) == OK && open_at(root, "f", 0, &s) == 0 &&
	      s == ERR_NOT_FOUND);
	CHECK(write_text(f, "x") == OK && file_stat(f, &is) == OK && is.links == 0);
	drop(a);
	drop(f);
	CHECK(everything() == before && tested_nodes() == 1);
}

static void test_names(void)
{
	struct dir_stat_result there;
	struct dir_readlink_result target;
	struct dir_statfs_result usage;
	struct dir_counters_result counters;
	struct file_entry_result entry;
	cap_t manager = kernel_mint(server, RIGHT_WRITE | DIR_RIGHT_MANAGE, 5);
	u64 before = everything();

	CHECK(mkdir_at(root, "d") == OK && mkdir_at(root, "d") == ERR_EXISTS &&
	      mkdir_at(root, "d/e/") == OK);
	CHECK(mkdir_at(root, "x/y") == ERR_NOT_FOUND && mkdir_at(root, "/") == ERR_EXISTS);
	drop(must_open(root, "d/f", OPEN_CREATE | OPEN_WRITE));
	CHECK(rename_at(root, "d/f", "g", 0) == OK &&
	      rename_at(root, "d/f", "g", 0) == ERR_NOT_FOUND);
	CHECK(rename_at(root, "d", "d/e/d", 0) == ERR_ARG);
	CHECK(rename_at(root, "g", "d", 0) == ERR_IS_DIR &&
	      rename_at(root, "d", "g", 0) == ERR_NOT_DIR);
	CHECK(rename_at(root, "g", "h", AT_EXCLUSIVE) == OK &&
	      rename_at(root, "h", "d", AT_EXCLUSIVE) == ERR_EXISTS);
	CHECK(rename_at(root, "h", "h2/", 0) == ERR_NOT_DIR &&
	      rename_at(root, "/", "x", 0) == ERR_BUSY);
	CHECK(rename_at(root, "h", "x", 8) == ERR_ARG);
	cap_t d = must_open(root, "d", OPEN_DIRECTORY | OPEN_WRITE);
	CHECK(link_at(root, "h", d, "twin") == OK && link_at(root, "h", d, "twin") == ERR_EXISTS);
	CHECK(link_at(root, "d", d, "loop") == ERR_IS_DIR);
	CHECK(stat_at(d, "twin", 0, &there) == OK && there.links == 2);
	CHECK(dir_rename_to(root, &(struct dir_rename_to_args){
					  .from = "h", .to = "e/h", .target = d}) == OK);
	CHECK(stat_at(root, "d/e/h", 0, &there) == OK && there.links == 2);
	CHECK(unlink_at(root, "d", 0) == ERR_IS_DIR &&
	      unlink_at(root, "d", AT_DIRECTORY) == ERR_NOT_EMPTY);
	CHECK(unlink_at(root, "d/twin", AT_DIRECTORY) == ERR_NOT_DIR &&
	      unlink_at(root, "d/twin", 4) == ERR_ARG);
	CHECK(unlink_at(root, ".", AT_DIRECTORY) == ERR_BUSY);
	CHECK(symlink_at(root, "d/e", "s") == OK && symlink_at(root, "", "t") == ERR_NOT_FOUND);
	CHECK(stat_at(root, "s/h", 0, &there) == OK &&
	      stat_at(root, "s", AT_NO_FOLLOW, &there) == OK && there.kind == KIND_LINK);
	CHECK(dir_readlink(root, "s", &target) == OK && strcmp(target.target, "d/e") == 0);
	CHECK(dir_readlink(root, "d", &target) == ERR_NOT_LINK);
	CHECK(dir_set(root, &(struct dir_set_args){.what = SET_OWNER, .owner = 9, .path = "s/h"}) ==
	      OK);
	CHECK(stat_at(d, "twin", 0, &there) == OK && there.owner == 9);
	CHECK(dir_statfs(root, "d", &usage) == OK && strcmp(usage.type, tested_limits.type) == 0);
	CHECK(dir_counters(root, &counters) == ERR_RIGHTS);
	CHECK(dir_counters(manager, &counters) == (tested_limits.has_cache ? OK : ERR_NOT_FOUND));
	CHECK(!tested_limits.has_cache || (counters.pages && counters.hits && counters.misses));
	CHECK(!tested_limits.block_bytes || usage.block_bytes == tested_limits.block_bytes);
	u32 entries = 0;
	for (u64 cookie = 0; file_entry(d, cookie, &entry) == OK; cookie = entry.next)
		entries += strcmp(entry.name, "twin") == 0 || strcmp(entry.name, "e") == 0;
	CHECK(entries == 2);
	CHECK(unlink_at(d, "twin", 0) == OK && unlink_at(d, "e/h", 0) == OK &&
	      unlink_at(d, "e", AT_DIRECTORY) == OK);
	CHECK(unlink_at(root, "s", 0) == OK && unlink_at(root, "d", AT_DIRECTORY) == OK);
	/* In a directory that is gone nothing can be made. */
	CHECK(mkdir_at(d, "late") == ERR_NOT_FOUND);
	drop(d);
	CHECK(everything() == before && tested_nodes() == 1);
}

void test_operations(void)
{
	test_files();
	test_names();
}

void test_rights(void)
{
	enum microk_status s;
	struct dir_stat_result there;
	struct file_stat_result is;
	struct file_read_result got;
	cap_t reader = kernel_mint(server, RIGHT_WRITE | DIR_RIGHT_READ, 6);
	cap_t blind = kernel_mint(server, RIGHT_WRITE, 7), foreign = kernel_notification();
	/* Badges that only the server could mint name nothing. */
	cap_t forged = kernel_mint(server, RIGHTS_RW, 1ul << 63 | 77),
	      beyond = kernel_mint(server, RIGHTS_RW, ~0ul);
	u64 before = everything();

	cap_t f = must_open(root, "f", OPEN_CREATE | OPEN_WRITE | OPEN_WRITE_ONLY), r;
	CHECK(write_text(f, "secret") == OK && file_read(f, 1, &got) == ERR_RIGHTS);
	CHECK(kernel_rights(f) == (RIGHT_WRITE | RIGHT_GRANT | FILE_RIGHT_WRITE));
	CHECK(open_at(reader, "f", OPEN_WRITE, &s) == 0 && s == ERR_RIGHTS);
	CHECK(open_at(reader, "g", OPEN_CREATE, &s) == 0 && s == ERR_RIGHTS);
	CHECK(open_at(blind, "f", 0, &s) == 0 && s == ERR_RIGHTS &&
	      stat_at(blind, "f", 0, &there) == ERR_RIGHTS);
	CHECK(mkdir_at(reader, "d") == ERR_RIGHTS && unlink_at(reader, "f", 0) == ERR_RIGHTS);
	CHECK(rename_at(reader, "f", "g", 0) == ERR_RIGHTS &&
	      symlink_at(reader, "a", "b") == ERR_RIGHTS);
	CHECK((r = must_open(reader, "f", 0)) && write_text(r, "x") == ERR_RIGHTS &&
	      file_truncate(r, 0) == ERR_RIGHTS);
	CHECK(mkdir_at(root, "d") == OK);
	cap_t d = must_open(reader, "d", OPEN_DIRECTORY),
	      own = must_open(root, "d", OPEN_DIRECTORY | OPEN_WRITE);
	CHECK(mkdir_at(d, "x") == ERR_RIGHTS &&
	      open_at(d, "x", OPEN_CREATE | OPEN_WRITE, &s) == 0 && s == ERR_RIGHTS);
	/* The directory that a name goes to must be one of this server's, and its capability one to write. */
	CHECK(link_at(root, "f", d, "l") == ERR_RIGHTS &&
	      link_at(root, "f", foreign, "l") == ERR_RIGHTS);
	CHECK(link_at(root, "f", f, "l") == ERR_NOT_DIR);
	CHECK(link_at(root, "f", forged, "l") == ERR_NOT_FOUND);
	CHECK(file_stat(forged, &is) == ERR_NOT_FOUND && file_stat(beyond, &is) == ERR_NOT_FOUND);
	CHECK(open_at(forged, "f", 0, &s) == 0 && s == ERR_NOT_FOUND &&
	      mkdir_at(beyond, "q") == ERR_NOT_FOUND);
	CHECK(file_stat(root, &is) == ERR_PROTOCOL && open_at(f, "x", 0, &s) == 0);
	CHECK(open_at(r, "x", 0, &s) == 0 && s == ERR_NOT_DIR &&
	      file_read(own, 1, &got) == ERR_IS_DIR);
	static const u32 wrong[] = {
		OPEN_WRITE_ONLY, OPEN_DIRECTORY | OPEN_CREATE,
		OPEN_EXCLUSIVE,  OPEN_TRUNCATE,
		OPEN_APPEND,     0x200};
	for (u32 i = 0; i < ARRAY_LEN(wrong); i++)
		CHECK(open_at(root, "f", wrong[i], &s) == 0 && s == ERR_ARG);
	CHECK(open_at(root, "f", OPEN_DIRECTORY, &s) == 0 && s == ERR_NOT_DIR);
	CHECK(open_at(root, "d", OPEN_WRITE, &s) == 0 && s == ERR_IS_DIR &&
	      open_at(root, "n/", OPEN_CREATE, &s) == 0 && s == ERR_IS_DIR);
	drop(d), drop(own), drop(r), drop(f);
	CHECK(unlink_at(root, "f", 0) == OK && unlink_at(root, "d", AT_DIRECTORY) == OK);
	/* The opens by those badges are kept until they send another request. */
	drop(must_open(root, "/", 0)), drop(must_open(reader, "/", 0));
	CHECK(everything() == before);
}

void test_paths(void)
{
	struct dir_resolve_result left;
	struct dir_stat_result there;
	enum microk_status s;
	char name[FILE_NAME_MAX + 2];
	u64 before = everything();

	CHECK(mkdir_at(root, "jail") == OK && mkdir_at(root, "jail/in") == OK &&
	      mkdir_at(root, "out") == OK);
	cap_t jail = must_open(root, "jail", OPEN_DIRECTORY | OPEN_WRITE | OPEN_ROOT);
	cap_t in = must_open(jail, "in", OPEN_DIRECTORY | OPEN_WRITE);
	CHECK(stat_at(in, "..", 0, &there) == OK &&
	      stat_at(in, "../..", 0, &there) == ERR_REDIRECT);
	CHECK(dir_resolve(in, &(struct dir_resolve_args){.path = "../../out/x"}, &left) == OK &&
	      strcmp(left.rest, "../out/x") == 0);
	CHECK(stat_at(in, "/in", 0, &there) == OK &&
	      stat_at(in, "/out", 0, &there) == ERR_NOT_FOUND);
	CHECK(symlink_at(in, "/abs/olute", "a") == OK && symlink_at(in, "../../..", "up") == OK);
	CHECK(stat_at(in, "a", 0, &there) == ERR_REDIRECT &&
	      stat_at(in, "a", AT_NO_FOLLOW, &there) == OK);
	CHECK(dir_resolve(in, &(struct dir_resolve_args){.path = "a/b/c"}, &left) == OK &&
	      strcmp(left.rest, "/abs/olute/b/c") == 0);
	CHECK(dir_resolve(in, &(struct dir_resolve_args){.path = "a"}, &left) == OK &&
	      strcmp(left.rest, "/abs/olute") == 0);
	CHECK(dir_resolve(in, &(struct dir_resolve_args){.path = "up/x"}, &left) == OK &&
	      strcmp(left.rest, "../../x") == 0);
	CHECK(dir_resolve(in, &(struct dir_resolve_args){.path = "."}, &left) == ERR_STATE);
	/* A directory that is moved away after it was opened is not a way out. */
	CHECK(rename_at(root, "jail/in", "out/in", 0) == OK);
	CHECK(stat_at(in, "..", 0, &there) == ERR_NOT_FOUND &&
	      stat_at(in, "../../jail", 0, &there) == ERR_NOT_FOUND);
	CHECK(stat_at(in, "a", AT_NO_FOLLOW, &there) == OK);
	CHECK(rename_at(root, "out/in", "jail/in", 0) == OK && stat_at(in, "..", 0, &there) == OK);
	/* Links. */
	CHECK(symlink_at(root, "l2", "l1") == OK && symlink_at(root, "l1", "l2") == OK);
	CHECK(stat_at(root, "l1", 0, &there) == ERR_LOOP && open_at(root, "l1", 0, &s) == 0 &&
	      s == ERR_LOOP);
	CHECK(unlink_at(root, "l1", 0) == OK && open_at(root, "l2", OPEN_NO_FOLLOW, &s) == 0 &&
	      s == ERR_LOOP);
	drop(must_open(root, "l2", OPEN_CREATE | OPEN_WRITE)); /* makes what the link names */
	CHECK(stat_at(root, "l1", AT_NO_FOLLOW, &there) == OK && there.kind == KIND_FILE);
	CHECK(stat_at(root, "l2/", 0, &there) == ERR_NOT_DIR &&
	      stat_at(root, "l1/x", 0, &there) == ERR_NOT_DIR);
	/* Any bytes are a name, up to the limit. */
	memset(name, '\x01', sizeof(name));
	name[FILE_NAME_MAX] = '\0';
	CHECK(mkdir_at(root, name) == OK && stat_at(root, name, 0, &there) == OK &&
	      unlink_at(root, name, AT_DIRECTORY) == OK);
	name[FILE_NAME_MAX] = 'x', name[FILE_NAME_MAX + 1] = '\0';
	CHECK(mkdir_at(root, name) == ERR_NAME && stat_at(root, "", 0, &there) == ERR_NOT_FOUND);
	CHECK(unlink_at(root, "l1", 0) == OK && unlink_at(root, "l2", 0) == OK);
	CHECK(unlink_at(in, "a", 0) == OK && unlink_at(in, "up", 0) == OK);
	drop(in), drop(jail);
	CHECK(unlink_at(root, "jail/in", AT_DIRECTORY) == OK &&
	      unlink_at(root, "jail", AT_DIRECTORY) == OK &&
	      unlink_at(root, "out", AT_DIRECTORY) == OK);
	CHECK(everything() == before && tested_nodes() == 1);
}
