/*
 * The requests.
 *
 * Both protocols arrive at one Endpoint, so the badge decides: a client's badge may use vfs, a
 * description's badge may use file. A descriptor cannot open files, though the right `read` of both
 * protocols is the same bit: a file that was passed on stays one file.
 */
#include "servers/vfs/serve.h"
#include "gen/protocols/file_server.h"
#include "gen/protocols/vfs_server.h"
#include "servers/vfs/handle.h"
#include "servers/vfs/mount.h"
#include "servers/vfs/path.h"
#include "lib/microk/string.h"
#include "lib/microk/util.h"

_Static_assert(FILE_DATA_MAX == FILE_READ_DATA_MAX, "protocols/file.h has the number of file.idl");
_Static_assert(FILE_NAME_MAX <= FILE_ENTRY_NAME_MAX, "every name fits an answer");
_Static_assert(FILE_PATH_MAX <= VFS_OPEN_PATH_MAX, "every path fits a request");

/* ---- protocol vfs ---- */

static enum microk_status vfs_op_open(struct request *r, const struct vfs_open_args *args,
				      struct vfs_open_result *result)
{
	struct place place;
	struct open_file *f;

	if (args->flags & ~OPEN_FLAGS)
		return ERR_ARG;
	enum microk_status status = path_walk(args->path, &place);
	if (status != OK)
		return status;
	if ((args->flags & OPEN_DIRECTORY) && place.node.kind != KIND_DIRECTORY)
		return ERR_NOT_DIR;
	if (args->flags & OPEN_WRITE) {
		if (!(r->prot & VFS_RIGHT_WRITE >> RIGHT_PROT_SHIFT))
			return ERR_RIGHTS;
		return place.node.kind == KIND_DIRECTORY ? ERR_IS_DIR : ERR_READ_ONLY;
	}
	status = open_file_create(r->badge, &place, &f);
	if (status != OK)
		return status;
	status = handle_mint(f, FILE_RIGHT_READ);
	if (status != OK) {
		open_file_free(f);
		return status;
	}
	result->file = f->slot;
	return OK;
}

static enum microk_status vfs_op_stat(struct request *r, const struct vfs_stat_args *args,
				      struct vfs_stat_result *result)
{
	struct place place;

	(void)r;
	enum microk_status status = path_walk(args->path, &place);
	if (status != OK)
		return status;
	result->kind = place.node.kind;
	result->size = place.node.bytes;
	return OK;
}

static const struct vfs_ops vfs_ops = {.open = vfs_op_open, .stat = vfs_op_stat};

/* ---- protocol file ---- */

static enum microk_status file_op_read(struct request *r, const struct file_read_args *args,
				       struct file_read_result *result)
{
	struct open_file *f = open_file_find(r->badge);

	if (!f)
		return ERR_NOT_FOUND;
	struct place *p = &f->place;
	if (p->node.kind == KIND_DIRECTORY)
		return ERR_IS_DIR;
	enum microk_status status = p->fs->ops->read(
		p->fs, &p->node, f->state, f->offset, result->data, MIN(args->size, FILE_DATA_MAX),
		&result->data_length);
	if (status == OK)
		f->offset += result->data_length;
	return status;
}

/* No file system here supports writes. ERR_READ_ONLY names that reason; "no such method" would not. */
static enum microk_status file_op_write(struct request *r, const struct file_write_args *args,
					struct file_write_result *result)
{
	(void)args;
	(void)result;
	return open_file_find(r->badge) ? ERR_READ_ONLY : ERR_NOT_FOUND;
}

static enum microk_status file_op_seek(struct request *r, const struct file_seek_args *args,
				       struct file_seek_result *result)
{
	struct open_file *f = open_file_find(r->badge);

	if (!f)
		return ERR_NOT_FOUND;
	if (f->place.node.kind == KIND_DIRECTORY)
		return ERR_IS_DIR;
	enum microk_status status = open_file_seek(f, args->offset, args->whence);
	result->position = f->offset;
	return status;
}

static enum microk_status file_op_stat(struct request *r, struct file_stat_result *result)
{
	struct open_file *f = open_file_find(r->badge);

	if (!f)
		return ERR_NOT_FOUND;
	result->kind = f->place.node.kind;
	result->size = f->place.node.bytes;
	return OK;
}

static enum microk_status file_op_entry(struct request *r, const struct file_entry_args *args,
					struct file_entry_result *result)
{
	struct open_file *f = open_file_find(r->badge);
	struct fs_entry entry;

	if (!f)
		return ERR_NOT_FOUND;
	if (f->place.node.kind != KIND_DIRECTORY)
		return ERR_NOT_DIR;
	enum microk_status status = mount_entry(&f->place, f->state, args->index, &entry);
	if (status != OK)
		return status;
	result->kind = entry.node.kind;
	result->size = entry.node.bytes;
	memcpy(result->name, entry.name, strlen(entry.name) + 1);
	return OK;
}

static const struct file_ops file_ops = {
	.read = file_op_read,
	.write = file_op_write,
	.seek = file_op_seek,
	.stat = file_op_stat,
	.entry = file_op_entry,
};

/* ---- both ---- */

static void dispatch(struct request *r)
{
	/* A request of neither protocol keeps the runtime's answer, ERR_PROTOCOL. */
	if (badge_is_file(r->badge)) {
		if (request_protocol(r) == FILE_PROTOCOL)
			file_dispatch(&file_ops, r);
	} else if (request_protocol(r) == VFS_PROTOCOL) {
		vfs_dispatch(&vfs_ops, r);
	}
}

static void closed(u64 badge)
{
	struct open_file *f = badge_is_file(badge) ? open_file_find(badge) : NULL;

	if (f)
		handle_close(f);
}

static void undelivered(u64 badge, const cap_t *sent, u32 count)
{
	(void)badge;
	for (u32 i = 0; i < count; i++)
		handle_undelivered(sent[i]);
}

_Noreturn void serve(cap_t endpoint)
{
	struct server server = {
		.name = "vfs",
		.endpoint = endpoint,
		.dispatch = dispatch,
		.closed = closed,
		.undelivered = undelivered,
	};

	server_run(&server);
}
