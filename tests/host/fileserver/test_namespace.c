/* Names of any bytes and paths of any length, by way of a client's namespace over the server. */
#include "gen/protocols/dir_client.h"
#include "lib/microk/slots.h"
#include "lib/namespace/namespace.h"
#include "tested.h"

#define NAME_BYTES 200u

/* Appends "/xxx…" with a name of `bytes` bytes. */
static void append(char *path, u32 bytes, char letter)
{
	size_t length = strlen(path);

	path[length] = '/';
	memset(path + length + 1, letter, bytes);
	path[length + 1 + bytes] = '\0';
}

/* Each byte but '/' and 0 is in a name, which comes back as it was given. */
static void test_names(void)
{
	char name[FILE_NAME_MAX + 1], path[FILE_NAME_MAX + 2];
	struct dir_stat_result there;
	struct file_entry_result entry;
	u32 count = 0;

	for (u32 byte = 1; byte < 256; byte++)
		if (byte != '/')
			name[count++] = (char)byte;
	name[count++] = 'e'; /* 255 in all */
	name[count] = '\0';
	snprintf(path, sizeof(path), "/%s", name);
	CHECK(count == FILE_NAME_MAX && path_mkdir(path, 0755) == OK);
	CHECK(path_stat(path, 0, &there) == OK && there.kind == KIND_DIRECTORY);
	cap_t directory = must_open(root, "/", OPEN_DIRECTORY);
	CHECK(file_entry(directory, 0, &entry) == OK);
	while (strcmp(entry.name, name) != 0 && file_entry(directory, entry.next, &entry) == OK)
		;
	CHECK(strcmp(entry.name, name) == 0);
	drop(directory);
	CHECK(path_unlink(path, AT_DIRECTORY) == OK);
}

/* Directories in each other, until the path is one of FILE_PATH_MAX bytes; it is used in each operation. */
static void test_lengths(void)
{
	static char path[FILE_PATH_MAX + 2], other[FILE_PATH_MAX + 2];
	struct dir_stat_result there;
	u32 kind, depth = 0;
	size_t longest[FILE_PATH_MAX / NAME_BYTES + 1];

	path[0] = '\0';
	while (strlen(path) + 1 + NAME_BYTES < FILE_PATH_MAX - 1) {
		append(path, NAME_BYTES, (char)('a' + depth));
		CHECK(path_mkdir(path, 0755) == OK);
		longest[depth++] = strlen(path);
	}
	append(path, (u32)(FILE_PATH_MAX - strlen(path) - 1), 'z');
	CHECK(strlen(path) == FILE_PATH_MAX);
	cap_t file = take_slot();
	CHECK(path_open(path, OPEN_CREATE | OPEN_WRITE, 0644, file, &kind) == OK &&
	      kind == KIND_FILE);
	CHECK(write_text(file, "deep") == OK);
	drop(file);
	CHECK(path_stat(path, 0, &there) == OK && there.kind == KIND_FILE && there.size == 4);
	/* Another name in the same directory, and back. */
	memcpy(other, path, sizeof(other));
	other[FILE_PATH_MAX - 1] = 'y';
	CHECK(path_rename(path, other, 0) == OK && path_stat(path, 0, &there) == ERR_NOT_FOUND);
	CHECK(path_rename(other, path, 0) == OK && path_stat(path, 0, &there) == OK);
	/* A symbolic link cannot contain as much. */
	CHECK(path_symlink(path, "/link") == ERR_NAME);
	/* One byte more. */
	other[FILE_PATH_MAX - 1] = 'z', other[FILE_PATH_MAX] = 'z', other[FILE_PATH_MAX + 1] = '\0';
	CHECK(path_stat(other, 0, &there) == ERR_NAME && path_mkdir(other, 0755) == ERR_NAME);
	CHECK(path_rename(other, path, 0) == ERR_NAME && path_rename(path, other, 0) == ERR_NAME);
	/* Up from the depth: by ".." in the middle, and out of the root. */
	memcpy(other, path, longest[depth - 1]);
	other[longest[depth - 1]] = '\0';
	while (strlen(other) + 3 < FILE_PATH_MAX)
		strcat(other, "/..");
	CHECK(path_stat(other, 0, &there) == OK && there.kind == KIND_DIRECTORY);
	CHECK(path_unlink(path, 0) == OK);
	while (depth) {
		path[longest[--depth]] = '\0';
		CHECK(path_unlink(path, AT_DIRECTORY) == OK);
	}
}

/* A directory of the namespace's own has no name that can be changed, though its server's tree may have one there. */
static void test_joined(void)
{
	struct dir_stat_result there;

	CHECK(path_mkdir("/joined", 0755) == OK && path_mkdir("/joiner", 0755) == OK);
	CHECK(namespace_add("/joined", root));
	CHECK(path_rename("/joined", "/other", 0) == ERR_BUSY);
	CHECK(path_rename("/joined/", "/other", 0) == ERR_BUSY);
	CHECK(path_rename("/joiner", "/joined", 0) == ERR_BUSY);
	CHECK(path_stat("/other", 0, &there) == ERR_NOT_FOUND);
	CHECK(path_rename("/joiner", "/joined/other", 0) == OK); /* it is the root, too */
	CHECK(path_unlink("/other", AT_DIRECTORY) == OK);
	/* Several slashes count as one; a name that only begins like it is another. */
	CHECK(path_stat("//joined/joined", 0, &there) == OK);
	CHECK(path_stat("/joined///joined//", 0, &there) == OK);
	CHECK(path_stat("/joined/joined/joined", 0, &there) == ERR_NOT_FOUND);
	CHECK(path_stat("/joinedjoined", 0, &there) == ERR_NOT_FOUND);
	CHECK(path_stat("//join", 0, &there) == ERR_NOT_FOUND);
	CHECK(path_rename("//joined", "/other", 0) == ERR_BUSY);
	CHECK(path_rename("//joined//", "/other", 0) == ERR_BUSY);
	CHECK(path_rename("joined", "/other", 0) == ERR_NAME);
	CHECK(dir_unlink(root,
			 &(struct dir_unlink_args){.flags = AT_DIRECTORY, .path = "joined"}) == OK);
}

/* One server is synced, whether or not another has ended. */
static void test_sync(void)
{
	cap_t ended = take_slot();

	CHECK(namespace_add("/ended", ended));
	CHECK(path_sync() != OK);
	CHECK(path_sync_server("/new") == OK && path_sync_server("/joined/new") == OK);
	CHECK(path_sync_server("/ended/new") != OK && path_sync_server("/ended") == ERR_BUSY);
	CHECK(path_sync_server("/nope/new") == ERR_NOT_FOUND);
	tested_fail_sync();
	CHECK(path_sync_server("/new") == tested_limits.sync_status);
	CHECK(path_sync_server("/new") == OK);
	drop(ended);
}

void test_namespace(void)
{
	u64 before = everything();

	CHECK(namespace_add("/", root));
	test_names();
	test_lengths();
	test_joined();
	test_sync();
	drop(must_open(root, "/", 0)); /* the last open is not kept any more */
	CHECK(everything() == before);
}
