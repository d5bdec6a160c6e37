/*
 * The requests.
 *
 * Both protocols come in on one endpoint, so the badge decides: a client's badge speaks vfs, a
 * description's badge speaks file. A descriptor can't open files, though its right read
 * is the same bit; what was passed on as one file stays one file.
 */
#include "servers/vfs/serve.h"
#include "gen/protocols/file_server.h"
#include "gen/protocols/vfs_server.h"
#include "servers/vfs/handle.h"
#include "servers/vfs/mount.h"
#include "servers/vfs/path.h"
#include "user/lib/string.h"
#include "user/lib/util.h"

_Static_assert(FILE_DATA_MAX == FILE_READ_DATA_MAX, "protocol.h says what file.idl says");
_Static_assert(FILE_NAME_MAX <= FILE_ENTRY_NAME_MAX, "every name fits an answer");
_Static_assert(FILE_PATH_MAX <= VFS_OPEN_PATH_MAX, "every path fits a request");

/* ---- protocol vfs ---- */

static enum microk_status vfs_op_open(struct request *r, u32 flags, const char *path, cap_t *file)
{
	struct place place;
	struct open_file *f;

	if (flags & ~OPEN_FLAGS)
		return ERR_ARG;
	enum microk_status s = path_walk(path, &place);
	if (s != OK)
		return s;
	if ((flags & OPEN_DIRECTORY) && place.node.kind != KIND_DIRECTORY)
		return ERR_NOT_DIR;
	if (flags & OPEN_WRITE) {
		if (!(r->prot & VFS_RIGHT_WRITE >> RIGHT_PROT_SHIFT))
			return ERR_RIGHTS;
		return place.node.kind == KIND_DIRECTORY ? ERR_IS_DIR : ERR_READ_ONLY;
	}
	s = open_file_create(r->badge, &place, &f);
	if (s != OK)
		return s;
	s = handle_mint(f, FILE_RIGHT_READ);
	if (s != OK) {
		open_file_free(f);
		return s;
	}
	*file = f->slot;
	return OK;
}

static enum microk_status vfs_op_stat(struct request *r, const char *path, u32 *kind, u64 *size)
{
	struct place place;

	(void)r;
	enum microk_status s = path_walk(path, &place);
	if (s != OK)
		return s;
	*kind = place.node.kind;
	*size = place.node.bytes;
	return OK;
}

static const struct vfs_ops vfs_ops = {.open = vfs_op_open, .stat = vfs_op_stat};

/* ---- protocol file ---- */

static enum microk_status file_op_read(struct request *r, u32 size, void *data, size_t *data_length)
{
	struct open_file *f = open_file_find(r->badge);

	if (f == NULL)
		return ERR_NOT_FOUND;
	struct place *p = &f->place;
	if (p->node.kind == KIND_DIRECTORY)
		return ERR_IS_DIR;
	enum microk_status s = p->fs->ops->read(p->fs, &p->node, f->state, f->offset, data,
						MIN(size, FILE_DATA_MAX), data_length);
	if (s == OK)
		f->offset += *data_length;
	return s;
}

/* No file system here takes writes; who asks all the same is told so rather than "no such method". */
static enum microk_status file_op_write(struct request *r, const void *data, size_t data_length,
					u32 *written)
{
	(void)data;
	(void)data_length;
	(void)written;
	return open_file_find(r->badge) == NULL ? ERR_NOT_FOUND : ERR_READ_ONLY;
}

static enum microk_status file_op_seek(struct request *r, i64 offset, u32 whence, u64 *position)
{
	struct open_file *f = open_file_find(r->badge);

	if (f == NULL)
		return ERR_NOT_FOUND;
	if (f->place.node.kind == KIND_DIRECTORY)
		return ERR_IS_DIR;
	enum microk_status s = open_file_seek(f, offset, whence);
	*position = f->offset;
	return s;
}

static enum microk_status file_op_stat(struct request *r, u32 *kind, u64 *size)
{
	struct open_file *f = open_file_find(r->badge);

	if (f == NULL)
		return ERR_NOT_FOUND;
	*kind = f->place.node.kind;
	*size = f->place.node.bytes;
	return OK;
}

static enum microk_status file_op_entry(struct request *r, u32 index, u32 *kind, u64 *size,
					char *name)
{
	struct open_file *f = open_file_find(r->badge);
	struct fs_entry entry;

	if (f == NULL)
		return ERR_NOT_FOUND;
	if (f->place.node.kind != KIND_DIRECTORY)
		return ERR_NOT_DIR;
	enum microk_status s = mount_entry(&f->place, f->state, index, &entry);
	if (s != OK)
		return s;
	*kind = entry.node.kind;
	*size = entry.node.bytes;
	memcpy(name, entry.name, strlen(entry.name) + 1);
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
	/* What neither protocol takes keeps the runtime's answer, ERR_PROTOCOL. */
	if (badge_is_file(r->badge)) {
		if (r->label >> 8 == FILE_PROTOCOL)
			file_dispatch(&file_ops, r);
	} else if (r->label >> 8 == VFS_PROTOCOL) {
		vfs_dispatch(&vfs_ops, r);
	}
}

static void closed(u64 badge)
{
	struct open_file *f = badge_is_file(badge) ? open_file_find(badge) : NULL;

	if (f != NULL)
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
	struct service service = {
		.name = "vfs",
		.endpoint = endpoint,
		.dispatch = dispatch,
		.closed = closed,
		.undelivered = undelivered,
	};

	service_run(&service);
}
