/* The archive: good ones, wrong ones, and 20,000 damaged at random, under sanitizers. */
#include "tests/host/check.h"
#include "tests/host/cpio.h"
#include "servers/vfs/archivefs.h"
#include "lib/fileserver/name.h"
#include <stdlib.h>

#define DEPTH 32 /* directories between the root and a file of the archive */

static struct cpio c;
static struct archive_report report;

/* A copy of exactly the archive's size, so that a read past its end is caught. */
static u8 *exact;
static struct fs *open_exact(size_t bytes)
{
	free(exact);
	exact = malloc(bytes ? bytes : 1);
	memcpy(exact, c.bytes, bytes);
	return archivefs_open(exact, bytes, &report);
}

static enum microk_status find(struct fs *fs, const char *path, struct fs_node *out)
{
	struct fs_name part;

	*out = (struct fs_node){.id = fs->root, .kind = KIND_DIRECTORY};
	while (path_next(&path, &part)) {
		enum microk_status s = fs->ops->lookup(fs, out->id, part, out);
		if (s != OK)
			return s;
	}
	return OK;
}

static bool reads(struct fs *fs, const char *path, const char *text)
{
	struct fs_node node;
	char data[64];
	size_t length;

	return find(fs, path, &node) == OK && node.kind == KIND_FILE &&
	       node.bytes == strlen(text) &&
	       fs->ops->read(fs, node.id, 0, data, sizeof(data), &length) == OK &&
	       length == strlen(text) && memcmp(data, text, length) == 0;
}

static void test_good(void)
{
	struct fs_node node;
	struct fs_entry entry;
	char data[4];
	size_t length;

	c.used = 0;
	cpio_add(&c, ".", 040755, "", 0);
	cpio_add(&c, "etc", 040755, "", 0);
	cpio_file(&c, "etc/a", "A");
	cpio_file(&c, "./etc/b", "BB\n");
	cpio_file(&c, "/lib/x/y", "");
	cpio_end(&c);
	struct fs *fs = open_exact(c.used);
	CHECK(!report.damage && report.left_out == 0);
	CHECK(report.files == 3 && report.directories == 4);
	CHECK(reads(fs, "etc/a", "A") && reads(fs, "etc/b", "BB\n") && reads(fs, "lib/x/y", ""));
	CHECK(find(fs, "lib/x", &node) == OK && node.kind == KIND_DIRECTORY);
	CHECK(find(fs, "lib/z", &node) == ERR_NOT_FOUND);

	CHECK(find(fs, "etc/b", &node) == OK);
	CHECK(fs->ops->read(fs, node.id, 1, data, 4, &length) == OK && length == 2);
	CHECK(fs->ops->read(fs, node.id, 3, data, 4, &length) == OK && length == 0);
	CHECK(fs->ops->read(fs, node.id, UINT64_MAX, data, 4, &length) == OK && length == 0);
	CHECK(fs->ops->read(fs, node.id, 0, data, 2, &length) == OK && length == 2);

	CHECK(find(fs, "etc", &node) == OK);
	CHECK(fs->ops->entry(fs, node.id, 0, &entry) == OK && strcmp(entry.name, "a") == 0);
	CHECK(fs->ops->entry(fs, node.id, entry.next, &entry) == OK &&
	      strcmp(entry.name, "b") == 0);
	CHECK(entry.node.bytes == 3);
	CHECK(fs->ops->entry(fs, node.id, entry.next, &entry) == ERR_NOT_FOUND);
	CHECK(fs->ops->entry(fs, node.id, UINT32_MAX, &entry) == ERR_NOT_FOUND);
}

static void test_links_and_rights(void)
{
	struct fs_node node;
	struct fs_attributes a;
	char target[8];
	size_t length;

	c.used = 0;
	cpio_file(&c, "text", "1");
	cpio_add(&c, "program", 0100755, "2", 1);
	cpio_add(&c, "link", 0120777, "program", 7);
	cpio_file(&c, "link", "again");
	cpio_file(&c, "link/below", "2"); /* nothing lies below a link */
	cpio_end(&c);
	struct fs *fs = open_exact(c.used);
	CHECK(!report.damage && report.files == 3 && report.left_out == 2);
	CHECK(find(fs, "link", &node) == OK && node.kind == KIND_LINK && node.bytes == 7);
	CHECK(fs->ops->read_link(fs, node.id, target, sizeof(target), &length) == OK &&
	      length == 7 && memcmp(target, "program", 7) == 0);
	CHECK(fs->ops->attributes(fs, node.id, &a) == OK && a.mode == 0777);
	CHECK(find(fs, "program", &node) == OK && fs->ops->attributes(fs, node.id, &a) == OK &&
	      a.mode == 0555);
	CHECK(find(fs, "text", &node) == OK && fs->ops->attributes(fs, node.id, &a) == OK &&
	      a.mode == 0444);
}

static void test_left_out(void)
{
	char name[FILE_NAME_MAX + 10], deep[3 * DEPTH] = "";

	c.used = 0;
	cpio_file(&c, "ok", "1");
	cpio_file(&c, "../escape", "2");
	cpio_file(&c, "a/../../b", "2");
	cpio_file(&c, "a\nb", "2");
	cpio_add(&c, "link", 0120777, "", 0);
	cpio_add(&c, "cut", 0120777, "o\0k", 3);
	cpio_add(&c, "device", 020666, "", 0);
	cpio_file(&c, "ok", "again");   /* the first of a name counts */
	cpio_file(&c, "ok/below", "2"); /* a file is not a directory */
	memset(name, 'n', sizeof(name));
	name[FILE_NAME_MAX + 1] = '\0';
	cpio_file(&c, name, "2");
	for (int i = 0; i <= DEPTH; i++)
		strcat(deep, "d/");
	strcat(deep, "f");
	cpio_file(&c, deep, "2");
	name[FILE_NAME_MAX] = '\0';
	cpio_file(&c, name, "just fits");
	cpio_end(&c);
	struct fs *fs = open_exact(c.used);
	CHECK(!report.damage);
	CHECK(report.left_out == 9);
	CHECK(reads(fs, "a\nb", "2") && reads(fs, "ok", "1") && reads(fs, name, "just fits"));
	struct fs_node node;
	CHECK(find(fs, "escape", &node) == ERR_NOT_FOUND && find(fs, "b", &node) == ERR_NOT_FOUND);
}

static void test_full(void)
{
	static struct cpio many;
	char name[16];

	many.used = 0;
	for (int i = 0; i < 500; i++) {
		snprintf(name, sizeof(name), "%03d", i);
		cpio_file(&many, name, "");
	}
	c = many;
	for (int i = 500; i < 516; i++) {
		snprintf(name, sizeof(name), "%03d", i);
		cpio_file(&c, name, "");
	}
	cpio_end(&c);
	open_exact(c.used);
	CHECK(!report.damage && report.files == ARCHIVE_NODES_MAX - 1 && report.left_out == 5);
}

/* Cut at every byte: files before the cut are served, and the cut is noticed. */
static void test_cut(void)
{
	c.used = 0;
	cpio_file(&c, "first", "1234567");
	size_t behind_first = c.used;
	cpio_file(&c, "second", "1234567");
	size_t behind_second = c.used;
	cpio_end(&c);
	for (size_t bytes = 0; bytes < behind_second; bytes++) {
		struct fs *fs = open_exact(bytes);
		CHECK(report.damage);
		CHECK(report.damage_at <= bytes);
		/* One byte of padding follows each file. */
		CHECK(reads(fs, "first", "1234567") == (bytes >= behind_first - 1));
		CHECK(reads(fs, "second", "1234567") == (bytes >= behind_second - 1));
	}
}

static void set_field(size_t entry, int field, const char *digits)
{
	memcpy(c.bytes + entry + 6 + 8 * field, digits, 8);
}

static void test_wrong_headers(void)
{
	static const struct {
		int field;
		const char *digits;
	} wrong[] = {{6, "ffffffff"},  {6, "7fffffff"},  {6, "00010000"},  {11, "00000000"},
		     {11, "ffffffff"}, {11, "00000005"}, {11, "00000007"}, {6, "0000000g"},
		     {11, "0x000006"}, {1, "--------"}};

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		c.used = 0;
		cpio_file(&c, "first", "1");
		size_t second = c.used;
		cpio_file(&c, "again", "2");
		cpio_end(&c);
		set_field(second, wrong[i].field, wrong[i].digits);
		struct fs *fs = open_exact(c.used);
		CHECK(report.damage && report.damage_at == second);
		CHECK(reads(fs, "first", "1"));
	}
	c.used = 0;
	cpio_file(&c, "first", "1");
	c.bytes[5] = '2'; /* the crc format, which no tool here writes */
	open_exact(c.used);
	CHECK(report.damage && report.damage_at == 0);
}

/* Lists and reads all that is there. */
static void visit(struct fs *fs, const struct fs_node *directory, int depth)
{
	struct fs_entry entry;

	CHECK(depth <= DEPTH);
	for (u64 i = 0; fs->ops->entry(fs, directory->id, i, &entry) == OK; i = entry.next) {
		char data[512];
		size_t length;
		struct fs_node found;
		CHECK(name_valid((struct fs_name){entry.name, strlen(entry.name)}));
		CHECK(fs->ops->lookup(fs, directory->id,
				      (struct fs_name){entry.name, strlen(entry.name)}, &found) ==
		      OK);
		CHECK(found.id == entry.node.id);
		if (entry.node.kind == KIND_DIRECTORY)
			visit(fs, &entry.node, depth + 1);
		else
			for (u64 at = 0;; at += length) {
				fs->ops->read(fs, entry.node.id, at, data, sizeof(data), &length);
				if (length == 0)
					break;
			}
	}
}

static void test_fuzz(unsigned long seed)
{
	unsigned long state = seed;

	for (int round = 0; round < 20000; round++) {
		c.used = 0;
		cpio_file(&c, "etc/hello.txt", "Hello from MicroK.\n");
		cpio_add(&c, "boot", 040755, "", 0);
		cpio_file(&c, "boot/init", "1234");
		cpio_end(&c);
		size_t damages = 1 + random_next(&state) % 6;
		for (size_t i = 0; i < damages; i++)
			c.bytes[random_next(&state) % c.used] =
				random_next(&state) % 2
					? "0123456789abcdef/.\0"[random_next(&state) % 19]
					: (unsigned char)random_next(&state);
		struct fs *fs =
			open_exact(random_next(&state) % 4 ? c.used : random_next(&state) % c.used);
		struct fs_node root = {.id = fs->root, .kind = KIND_DIRECTORY};
		visit(fs, &root, 0);
		if (check_failures) {
			printf("seed %lu, round %d\n", seed, round);
			return;
		}
	}
}

int main(int count, char **words)
{
	test_good();
	test_links_and_rights();
	test_left_out();
	test_full();
	test_cut();
	test_wrong_headers();
	test_fuzz(count > 1 ? strtoul(words[1], NULL, 0) : 1);
	free(exact);
	return check_result("archive");
}
