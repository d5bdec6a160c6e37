/*
 * Files through the VFS. An open file is a capability in one of the shell's slots. Opening takes a
 * free slot to receive it; closing deletes it. The VFS is notified when its last copy is gone.
 */
#include "user/shell/stream.h"
#include "gen/protocols/file_client.h"
#include "lib/microk/slots.h"
#include "lib/microk/string.h"
#include "lib/microk/util.h"
#include "lib/namespace/namespace.h"
#include "user/shell/command.h"
#include "user/shell/output.h"
#include "user/shell/path.h"

_Static_assert(sizeof(((struct entry *)0)->name) == FILE_ENTRY_NAME_MAX + 1, "room for any name");

static struct stream_place place = {.cwd = "/"};

struct stream_place *stream_place(void)
{
	return &place;
}

void stream_setup(void)
{
	namespace_from_startup();
}

const char *stream_cwd(void)
{
	return place.cwd;
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
	path_absolute(place.cwd, path, absolute); /* it fits: stream_stat has made it, too */
	size_t length = strlen(absolute);
	if (length > 1 && absolute[length - 1] == '/')
		absolute[length - 1] = '\0';
	memcpy(place.before, place.cwd, sizeof(place.before));
	string_copy(place.cwd, sizeof(place.cwd), absolute);
	return OK;
}

enum microk_status stream_open(struct stream *s, const char *path, u32 flags)
{
	char absolute[FILE_PATH_MAX + 1];

	if (path[0] == '\0')
		return ERR_NOT_FOUND;
	if (!path_absolute(place.cwd, path, absolute))
		return ERR_NAME;
	s->used = s->piece.data_length = 0;
	s->cap = slot_alloc();
	if (s->cap == 0)
		return ERR_NO_SPACE;
	enum microk_status status = path_open(absolute, flags, 0666, s->cap, NULL);
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

enum microk_status stream_entry(struct stream *s, u64 *cookie, struct entry *out)
{
	struct file_entry_result entry;
	enum microk_status status = file_entry(s->cap, *cookie, &entry);

	if (status != OK)
		return status;
	out->kind = entry.kind;
	out->bytes = entry.size;
	*cookie = entry.next;
	string_copy(out->name, sizeof(out->name), entry.name);
	return OK;
}

static enum microk_status look(const char *path, u32 flags, struct entry *out)
{
	char absolute[FILE_PATH_MAX + 1];
	struct dir_stat_result there;
	enum microk_status status = stream_absolute(path, absolute);

	if (status == OK)
		status = path_stat(absolute, flags, &there);
	if (status != OK)
		return status;
	out->kind = there.kind;
	out->mode = there.mode;
	out->links = there.links;
	out->node = there.node;
	out->bytes = there.size;
	out->modified = there.modified;
	return OK;
}

enum microk_status stream_stat(const char *path, struct entry *out)
{
	return look(path, 0, out);
}

enum microk_status stream_stat_link(const char *path, struct entry *out)
{
	return look(path, AT_NO_FOLLOW, out);
}

enum microk_status stream_absolute(const char *path, char to[FILE_PATH_MAX + 1])
{
	if (path[0] == '\0')
		return ERR_NOT_FOUND;
	return path_absolute(place.cwd, path, to) ? OK : ERR_NAME;
}

enum microk_status stream_target(const char *path, const char *from, char to[FILE_PATH_MAX + 1])
{
	struct entry there;
	enum microk_status status = stream_absolute(path, to);

	if (status != OK || stream_stat(to, &there) != OK || there.kind != KIND_DIRECTORY)
		return status;
	size_t end = strlen(from), used = strlen(to);
	while (end > 0 && from[end - 1] == '/')
		end--;
	size_t start = end;
	while (start > 0 && from[start - 1] != '/')
		start--;
	if (used + 1 + end - start > FILE_PATH_MAX)
		return ERR_NAME;
	if (to[used - 1] != '/')
		to[used++] = '/';
	memcpy(to + used, from + start, end - start);
	to[used + end - start] = '\0';
	return OK;
}

enum microk_status stream_write(struct stream *s, const void *data, size_t bytes)
{
	const u8 *from = data;
	struct file_write_result result;

	while (bytes > 0) {
		enum microk_status status =
			file_write(s->cap, from, MIN(bytes, FILE_DATA_MAX), &result);
		if (status != OK)
			return status;
		if (result.written == 0)
			return ERR_FULL;
		from += result.written;
		bytes -= MIN(bytes, result.written);
	}
	return OK;
}

const char *stream_error(enum microk_status status)
{
	switch (status) {
	case ERR_NOT_FOUND:
		if (!namespace_prefix(0))
			return "this program was given no directory (\"uses vfs as /\")";
		return "no such file";
	case ERR_NOT_DIR: return "not a directory, or a part of the path is not one";
	case ERR_IS_DIR: return "is a directory";
	case ERR_NO_SPACE: return "too many files are open";
	case ERR_FULL: return "no space left on the disk";
	case ERR_READ_ONLY: return "is read-only";
	case ERR_LOOP: return "too many symbolic links";
	case ERR_EXISTS: return "exists already";
	case ERR_NOT_EMPTY: return "the directory is not empty";
	case ERR_DENIED:
	case ERR_RIGHTS: return "not allowed with the capability this program holds";
	case ERR_NAME: return "the name is too long or has characters that no file name has";
	case ERR_CANCELLED: return "interrupted";
	case ERR_CAP: /* never granted, or revoked when the server ended */
	case ERR_PEER_DIED:
	case ERR_GONE: return "the file system is not running";
	default: return status_text(status);
	}
}

int stream_report(const char *command, const char *path, enum microk_status status)
{
	const char *hint =
		status == ERR_IS_DIR && strcmp(command, "cat") == 0
			? " (ls lists its entries)"
			: "";

	err_row("%s: %s: %s%s", command, path[0] ? path : "\"\"", stream_error(status), hint);
	return status == ERR_CANCELLED ? EXIT_INTERRUPTED : EXIT_FAILED;
}
