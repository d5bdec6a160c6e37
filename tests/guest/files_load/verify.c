/* Everything is read and held against the model. */
#include "gen/protocols/dir_client.h"
#include "gen/protocols/file_client.h"
#include "lib/microk/slots.h"
#include "lib/microk/string.h"
#include "lib/microk/util.h"
#include "protocols/dir.h"
#include "tests/guest/files_load/load.h"
#include "tests/guest/kit/service.h"

void check_bytes(const struct node *n, u64 at, const u8 *got, u64 length, const char *path)
{
	for (u64 i = 0; i < length; i++)
		if (got[i] != n->data[at + i]) {
			wrong("byte", path, n->data[at + i], got[i]);
			report("NOTE it is byte %lu of %u, with %u links\n", at + i, n->size,
			       n->links);
			return;
		}
}

static void check_content(cap_t file, const struct node *n, const char *path)
{
	static struct file_read_at_result got;
	enum microk_status status;
	u64 at = 0;

	do {
		struct file_read_at_args args = {.offset = at, .size = FILE_DATA_AT_MAX};
		ANSWERED(status, file_read_at(file, &args, &got));
		if (!is_status("read_at", path, OK, status))
			return;
		if (got.data_length > n->size - at) {
			wrong("length", path, n->size - at, got.data_length);
			return;
		}
		check_bytes(n, at, got.data, got.data_length, path);
		at += got.data_length;
	} while (got.data_length);
	if (at != n->size)
		wrong("length", path, n->size, at);
}

static void check_file(u32 name, const struct node *n)
{
	struct dir_open_args args = {.flags = OPEN_NO_FOLLOW, .path = name_path(name)};
	struct dir_open_result opened;
	enum microk_status status;
	cap_t file = slot_alloc();

	ANSWERED(status, dir_open(root_of(name), &args, file, &opened));
	if (is_status("open", name_path(name), OK, status)) {
		check_content(file, n, name_path(name));
		slot_drop(file);
	}
}

static void check_name(u32 name, bool reports)
{
	const struct node *n = &nodes[names[name]];
	struct dir_stat_args args = {.flags = AT_NO_FOLLOW, .path = name_path(name)};
	struct dir_stat_result got;
	enum microk_status status;

	ANSWERED(status, dir_stat(root_of(name), &args, &got));
	if (!is_status("stat", args.path, names[name] ? OK : ERR_NOT_FOUND, status) || status != OK)
		return;
	if (got.kind != n->kind || (n->kind != KIND_DIRECTORY && got.links != n->links))
		wrong("kind or links", name_path(name), n->links, got.links);
	if (n->kind == KIND_FILE)
		check_file(name, n);
	if (reports)
		report("NAME %s %u %u %u\n", name_path(name), n->kind,
		       n->kind == KIND_DIRECTORY ? 0 : n->size, crc_of(n->data, n->size));
}

static void check_handle(struct handle *h)
{
	struct file_seek_args here = {.whence = SEEK_FROM_HERE};
	struct file_seek_result got;
	enum microk_status status;

	ANSWERED(status, file_seek(h->cap, &here, &got));
	if (is_status("seek", "an open file", OK, status) && got.position != h->offset)
		wrong("offset", "an open file", h->offset, got.position);
	check_content(h->cap, &nodes[h->node], "an open file");
}

void verify_all(bool reports)
{
	for (u32 i = 0; i < NAMES; i++)
		check_name(i, reports);
	for (u32 i = 0; i < HANDLES; i++)
		if (handles[i].node)
			check_handle(&handles[i]);
}

void sync_all(void)
{
	enum microk_status status;

	for (u32 i = 0; i < volumes; i++) {
		ANSWERED(status, dir_sync(roots[i]));
		is_status("sync of all", "", OK, status);
	}
}
