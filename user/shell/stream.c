/*
 * Files through the VFS. An open file is a capability in one of the shell's slots. Opening takes a
 * free slot to receive it; closing deletes it. The VFS is notified when its last copy is gone.
 */
#include "user/shell/stream.h"
#include "gen/protocols/file_client.h"
#include "gen/protocols/vfs_client.h"
#include "lib/microk/slots.h"
#include "lib/microk/string.h"
#include "lib/microk/util.h"
#include "user/shell/output.h"
#include "user/shell/path.h"

_Static_assert(sizeof(((struct entry *)0)->name) == FILE_ENTRY_NAME_MAX + 1, "room for any name");

static cap_t vfs;
static char cwd[FILE_PATH_MAX + 1] = "/";

void stream_setup(cap_t vfs_cap)
{
	vfs = vfs_cap;
}

const char *stream_cwd(void)
{
	return cwd;
}

enum microk_status stream_chdir(const char *path)
{
	char absolute[FILE_PATH_MAX + 1];
	struct entry e;
	enum microk_status status = stream_stat(path, &e);

	if (status != OK)
		return status;
	if (e.kind != KIND_DIRECTORY)
		return ERR_NOT_DIR;
	path_absolute(cwd, path, absolute); /* it fits: stream_stat has made it, too */
	size_t length = strlen(absolute);
	if (length > 1 && absolute[length - 1] == '/')
		absolute[length - 1] = '\0';
	string_copy(cwd, sizeof(cwd), absolute);
	return OK;
}

enum microk_status stream_open(struct stream *s, const char *path, u32 flags)
{
	char absolute[FILE_PATH_MAX + 1];

	if (path[0] == '\0')
		return ERR_NOT_FOUND;
	if (!path_absolute(cwd, path, absolute))
		return ERR_NAME;
	s->used = s->piece.data_length = 0;
	s->cap = slot_alloc();
	if (s->cap == 0)
		return ERR_NO_SPACE;
	enum microk_status status =
		vfs_open(vfs, &(struct vfs_open_args){.flags = flags, .path = absolute}, s->cap);
	if (status != OK)
		slot_free(s->cap);
	return status;
}

void stream_close(struct stream *s)
{
	slot_drop(s->cap);
}

enum microk_status stream_fill(struct stream *s)
{
	s->used = 0;
	enum microk_status status = file_read(s->cap, sizeof(s->piece.data), &s->piece);
	if (status != OK)
		s->piece.data_length = 0;
	return status;
}

bool stream_line(struct stream *s, char *to, size_t bytes)
{
	size_t length = 0;

	for (;;) {
		if (s->used == s->piece.data_length &&
		    (stream_fill(s) != OK || s->piece.data_length == 0)) {
			to[length] = '\0';
			return length > 0;
		}
		char c = (char)s->piece.data[s->used++];
		if (c == '\n')
			break;
		if (length + 1 < bytes)
			to[length++] = c;
	}
	to[length] = '\0';
	return true;
}

enum microk_status stream_entry(struct stream *s, u32 index, struct entry *out)
{
	struct file_entry_result entry;
	enum microk_status status = file_entry(s->cap, index, &entry);

	if (status != OK)
		return status;
	out->kind = entry.kind;
	out->bytes = entry.size;
	string_copy(out->name, sizeof(out->name), entry.name);
	return OK;
}

enum microk_status stream_stat(const char *path, struct entry *out)
{
	char absolute[FILE_PATH_MAX + 1];

	if (path[0] == '\0')
		return ERR_NOT_FOUND;
	if (!path_absolute(cwd, path, absolute))
		return ERR_NAME;
	struct vfs_stat_result there;
	enum microk_status status = vfs_stat(vfs, absolute, &there);
	if (status != OK)
		return status;
	out->kind = there.kind;
	out->bytes = there.size;
	return OK;
}

const char *stream_error(enum microk_status status)
{
	switch (status) {
	case ERR_NOT_FOUND: return "no such file";
	case ERR_NOT_DIR: return "not a directory, or a part of the path is not one";
	case ERR_IS_DIR: return "is a directory";
	case ERR_NO_SPACE: return "too many files are open";
	case ERR_READ_ONLY: return "is read-only";
	case ERR_DENIED:
	case ERR_RIGHTS: return "not allowed with the capability this program holds";
	case ERR_NAME: return "the name is too long or has characters that no file name has";
	case ERR_CAP: /* never granted, or revoked when the server ended */
		if (vfs == 0)
			return "this program was not given the file system (grant \"vfs\")";
		/* fall through */
	case ERR_PEER_DIED:
	case ERR_GONE: return "the file system is not running";
	default: return status_text(status);
	}
}

void stream_report(const char *command, const char *path, enum microk_status status)
{
	const char *hint =
		status == ERR_IS_DIR && strcmp(command, "cat") == 0
			? " (ls lists its entries)"
			: "";

	out("%s: %s: %s%s\n", command, path, stream_error(status), hint);
}
