/* The path walk over two mounted file systems, against a model, and with 200,000 random paths. */
#include "tests/host/check.h"
#include "tests/host/cpio.h"
#include "servers/vfs/archivefs.h"
#include "lib/fileserver/mount.h"
#include "lib/fileserver/path.h"
#include <stdlib.h>

/* A file system with the one file root/in/side, which must never get a request for "..". */
static enum microk_status toy_lookup(struct fs *fs, u64 directory, struct fs_name part,
				     struct fs_node *out)
{
	(void)fs;
	const char *name = part.bytes;
	size_t length = part.length;
	CHECK(!(length == 2 && memcmp(name, "..", 2) == 0) && !(length == 1 && name[0] == '.'));
	if (directory == 7 && length == 2 && memcmp(name, "in", 2) == 0)
		*out = (struct fs_node){.id = 8, .kind = KIND_DIRECTORY};
	else if (directory == 8 && length == 4 && memcmp(name, "side", 4) == 0)
		*out = (struct fs_node){.id = 9, .kind = KIND_FILE, .bytes = 4};
	else
		return ERR_NOT_FOUND;
	return OK;
}

static enum microk_status toy_parent(struct fs *fs, u64 directory, struct fs_node *out)
{
	(void)directory;
	*out = (struct fs_node){.id = fs->root, .kind = KIND_DIRECTORY};
	return OK;
}

static enum microk_status toy_entry(struct fs *fs, u64 directory, u64 cookie, struct fs_entry *out)
{
	(void)fs, (void)directory, (void)cookie, (void)out;
	return ERR_NOT_FOUND;
}

static u64 toy_names(struct fs *fs, bool directories)
{
	(void)fs, (void)directories;
	return 1;
}

static const struct fs_ops toy_ops = {
	.names = toy_names, .lookup = toy_lookup, .parent = toy_parent, .entry = toy_entry};
static struct fs toy = {.name = "toy", .ops = &toy_ops, .root = 7};
static struct fs second = {.name = "second", .ops = &toy_ops, .root = 7};

static struct cpio archive;

static void build(void)
{
	cpio_file(&archive, "etc/hello.txt", "Hello\n");
	cpio_file(&archive, "etc/deep/er/file", "x");
	cpio_file(&archive, "boot/init", "ELF");
	cpio_end(&archive);
}

/* The place that an absolute path leads to, from the root of all. */
static enum microk_status walk(const char *path, struct place *out)
{
	struct path_start start;
	struct path_end end;

	if (!mount_root(&start.root))
		return ERR_NOT_FOUND;
	start.at = start.root;
	enum microk_status status = path_walk(&start, path, true, &end);
	*out = end.place;
	return status == OK && !end.exists ? ERR_NOT_FOUND : status;
}

struct expectation {
	const char *path;
	enum microk_status status;
	int kind; /* where OK */
	const char *fs;
};

static const struct expectation expectations[] = {
	{"/", OK, KIND_DIRECTORY, "archive"},
	{"//", OK, KIND_DIRECTORY, "archive"},
	{"/..", ERR_REDIRECT, 0, NULL},
	{"/../../..", ERR_REDIRECT, 0, NULL},
	{"/.", OK, KIND_DIRECTORY, "archive"},
	{"/etc", OK, KIND_DIRECTORY, "archive"},
	{"/etc/", OK, KIND_DIRECTORY, "archive"},
	{"/etc/hello.txt", OK, KIND_FILE, "archive"},
	{"//etc///hello.txt", OK, KIND_FILE, "archive"},
	{"/etc/./hello.txt", OK, KIND_FILE, "archive"},
	{"/etc/../etc/hello.txt", OK, KIND_FILE, "archive"},
	{"/../etc/hello.txt", ERR_REDIRECT, 0, NULL},
	{"/etc/deep/../../boot/init", OK, KIND_FILE, "archive"},
	{"/etc/hello.txt/", ERR_NOT_DIR, 0, NULL},
	{"/etc/hello.txt/.", ERR_NOT_DIR, 0, NULL},
	{"/etc/hello.txt/..", ERR_NOT_DIR, 0, NULL},
	{"/etc/hello.txt/x", ERR_NOT_DIR, 0, NULL},
	{"/nope", ERR_NOT_FOUND, 0, NULL},
	{"/nope/../etc", ERR_NOT_FOUND, 0, NULL},
	{"/etc/hello", ERR_NOT_FOUND, 0, NULL},
	{"/etc/hello.txt2", ERR_NOT_FOUND, 0, NULL},
	{"/et", ERR_NOT_FOUND, 0, NULL},
	{"", ERR_NOT_FOUND, 0, NULL},
	{"etc", OK, KIND_DIRECTORY, "archive"},
	{"../etc", ERR_REDIRECT, 0, NULL},
	{"/etc/\x01", ERR_NOT_FOUND, 0, NULL},
	{"/etc/\x7f", ERR_NOT_FOUND, 0, NULL},
	{"/...", ERR_NOT_FOUND, 0, NULL},
	{"/toy", OK, KIND_DIRECTORY, "toy"},
	{"/toy/", OK, KIND_DIRECTORY, "toy"},
	{"/toy/in/side", OK, KIND_FILE, "toy"},
	{"/toy/..", OK, KIND_DIRECTORY, "archive"},
	{"/toy/../etc/hello.txt", OK, KIND_FILE, "archive"},
	{"/toy/in/../in/side", OK, KIND_FILE, "toy"},
	{"/etc/deep/mnt/in/side", OK, KIND_FILE, "second"},
	{"/etc/deep/mnt/../er/file", OK, KIND_FILE, "archive"},
	{"/toy/etc", ERR_NOT_FOUND, 0, NULL},
	{"/toyland", ERR_NOT_FOUND, 0, NULL},
};

static void test_table(void)
{
	for (size_t i = 0; i < ARRAY_LEN(expectations); i++) {
		const struct expectation *e = &expectations[i];
		struct place p;
		enum microk_status s = walk(e->path, &p);
		bool right = s == e->status &&
			     (s != OK ||
			      ((int)p.node.kind == e->kind && strcmp(p.fs->name, e->fs) == 0));
		if (!right)
			printf("path \"%s\": status %d\n", e->path, s);
		CHECK(right);
	}
}

static void test_limits(void)
{
	static char path[FILE_PATH_MAX + 2];
	struct place p;

	memset(path, 'a', sizeof(path));
	path[0] = '/';
	path[1 + FILE_NAME_MAX] = '\0';
	CHECK(walk(path, &p) == ERR_NOT_FOUND);
	memset(path + 1, 'a', FILE_NAME_MAX + 1);
	path[2 + FILE_NAME_MAX] = '\0';
	CHECK(walk(path, &p) == ERR_NAME);

	memset(path, '/', sizeof(path));
	path[FILE_PATH_MAX] = '\0';
	CHECK(walk(path, &p) == OK);
	path[FILE_PATH_MAX] = '/';
	path[FILE_PATH_MAX + 1] = '\0';
	CHECK(walk(path, &p) == ERR_NAME);

	path[0] = '\0';
	for (int i = 0; i < 60; i++)
		strcat(path, "/etc");
	CHECK(walk(path, &p) == ERR_NOT_FOUND);
	path[0] = '\0';
	for (int i = 0; i < 500; i++)
		strcat(path, "/etc/..");
	CHECK(walk(path, &p) == OK && p.fs->root == p.node.id);
}

static void test_mounts(void)
{
	static struct fs fill = {.name = "fill", .ops = &toy_ops, .root = 7};

	CHECK(path_mount("/", &toy) == ERR_EXISTS);
	CHECK(path_mount("/toy", &second) == ERR_EXISTS);
	CHECK(path_mount("relative", &second) == ERR_NAME);
	CHECK(path_mount("/nowhere/x", &second) == ERR_NOT_FOUND);
	CHECK(path_mount("/etc/hello.txt/x", &second) == ERR_NOT_DIR);
	CHECK(path_mount("/etc/..", &second) == ERR_EXISTS);
	CHECK(path_mount("/etc/.", &second) == ERR_EXISTS);

	/* Mount points are listed: the one the archive lacks, once; "boot" by the archive. */
	struct place root;
	int toys = 0, boots = 0;
	CHECK(walk("/", &root) == OK);
	CHECK(path_mount("/boot", &fill) == OK);
	struct fs_entry entry;
	for (u64 i = 0; mount_entry(&root, i, &entry) == OK; i = entry.next) {
		toys += strcmp(entry.name, "toy") == 0;
		boots += strcmp(entry.name, "boot") == 0;
	}
	CHECK(toys == 1 && boots == 1);
	CHECK(strcmp(mount_path(0), "/") == 0 &&
	      strcmp(mount_path(mount_number(&fill)), "/boot") == 0);
	int mounted = 4; /* "/", toy, second, fill */
	for (char name[] = "/m0"; mounted < MOUNT_MAX; name[2]++, mounted++)
		CHECK(path_mount(name, &fill) == OK);
	CHECK(path_mount("/full", &fill) == ERR_NO_SPACE);
}

/* Any bytes result in one of the documented statuses, and the place that is found is inside a mounted tree. */
static void test_fuzz(unsigned long seed)
{
	static const char *const pieces[] = {
		"/",  "etc", "..",  ".",    "hello.txt", "toy",  "in", "side",
		"//", "mnt", "/..", "deep", "\x01",      "\xff", "x"};
	unsigned long state = seed;

	for (int round = 0; round < 200000; round++) {
		char path[400] = "";
		size_t count = random_next(&state) % 24;
		if (random_next(&state) % 8)
			strcpy(path, "/");
		for (size_t i = 0; i < count; i++)
			strcat(path, pieces[random_next(&state) % ARRAY_LEN(pieces)]);
		struct place p = {0};
		enum microk_status s = walk(path, &p);
		CHECK(s == OK || s == ERR_NOT_FOUND || s == ERR_NOT_DIR || s == ERR_NAME ||
		      s == ERR_REDIRECT);
		if (s == OK)
			CHECK(p.fs && p.node.kind <= KIND_DIRECTORY);
		if (check_failures) {
			printf("seed %lu, path \"%s\"\n", seed, path);
			return;
		}
	}
}

int main(int count, char **words)
{
	struct archive_report report;
	struct place p;
	unsigned long seed = count > 1 ? strtoul(words[1], NULL, 0) : 1;

	CHECK(walk("/", &p) == ERR_NOT_FOUND); /* nothing mounted yet */
	build();
	CHECK(path_mount("/", archivefs_open(archive.bytes, archive.used, &report)) == OK);
	CHECK(!report.damage && report.files == 3 && report.left_out == 0);
	CHECK(path_mount("/toy", &toy) == OK);
	CHECK(path_mount("/etc/deep/mnt", &second) == OK);
	test_table();
	test_limits();
	test_fuzz(seed);
	test_mounts();
	return check_result("path");
}
