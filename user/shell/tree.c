#include "user/shell/tree.h"
#include "lib/microk/string.h"
#include "lib/namespace/namespace.h"
#include "user/shell/interruptible.h"

/* ---- Paths ---- */

/* Makes `path` that of the entry `name` in it. */
static enum microk_status path_down(char *path, const char *name)
{
	size_t length = strlen(path);

	if (length + 1 + strlen(name) > FILE_PATH_MAX)
		return ERR_NAME;
	path[length] = '/';
	string_copy(path + length + 1, FILE_PATH_MAX - length, name);
	return OK;
}

static void path_up(char *path)
{
	*strrchr(path, '/') = '\0';
}

/* The entry of the directory at *cookie, as stream_entry has it. */
static enum microk_status entry_at(const char *path, u64 *cookie, struct entry *e)
{
	struct stream s;
	enum microk_status status = stream_open(&s, path, OPEN_DIRECTORY);

	if (status != OK)
		return status;
	status = stream_entry(&s, cookie, e);
	stream_close(&s);
	return status;
}

/* ---- Copies ---- */

enum microk_status tree_copy_file(const char *from, const char *to, const char **path)
{
	static struct stream in, out;

	*path = from;
	enum microk_status status = stream_open(&in, from, 0);
	if (status != OK)
		return status;
	*path = to;
	status = stream_open(&out, to, OPEN_WRITE | OPEN_CREATE | OPEN_TRUNCATE);
	if (status != OK) {
		stream_close(&in);
		return status;
	}
	*path = from;
	while ((status = interruptible_fill(&in)) == OK && in.piece.data_length > 0) {
		status = stream_write(&out, in.piece.data, in.piece.data_length);
		if (status != OK) {
			*path = to;
			break;
		}
	}
	stream_close(&out);
	stream_close(&in);
	return status;
}

static enum microk_status copy_link(const char *from, const char *to, const char **path)
{
	static struct dir_readlink_result target;

	*path = from;
	enum microk_status status = path_readlink(from, &target);
	if (status != OK)
		return status;
	*path = to;
	return path_symlink(target.target, to);
}

/* Of a directory, once its entries are made: each changes its time. */
static enum microk_status copy_attributes(const char *from, const char *to, const char **path)
{
	struct dir_stat_result is;

	*path = from;
	enum microk_status status = path_stat(from, AT_NO_FOLLOW, &is);
	if (status != OK)
		return status;
	struct dir_set_args set = {
		.flags = AT_NO_FOLLOW,
		.what = is.kind == KIND_LINK ? SET_ALL & ~SET_MODE : SET_ALL,
		.mode = is.mode,
		.owner = is.owner,
		.group = is.group,
		.accessed = is.accessed,
		.modified = is.modified};
	*path = to;
	return path_set(to, &set);
}

/* Copies what `from` names itself; of a directory, no entry. */
static enum microk_status copy_node(const char *from, const char *to, u32 *kind, const char **path)
{
	struct entry e;

	*path = from;
	enum microk_status status = stream_stat_link(from, &e);
	if (status != OK)
		return status;
	*kind = e.kind;
	switch (e.kind) {
	case KIND_DIRECTORY: *path = to; return path_mkdir(to, 0700);
	case KIND_FILE: status = tree_copy_file(from, to, path); break;
	case KIND_LINK: status = copy_link(from, to, path); break;
	default: status = ERR_CROSS; /* a device is its server's */
	}
	return status == OK ? copy_attributes(from, to, path) : status;
}

/* The place in each directory on the way; a component takes two bytes of the path at least. */
static u64 cookies[FILE_PATH_MAX / 2 + 1];

/* The next entry of a directory, which is copied, or the way back from it. */
static enum microk_status copy_next(char *from, char *to, u32 *depth, const char **path)
{
	struct entry e;
	u32 kind;

	*path = from;
	enum microk_status status = entry_at(from, &cookies[*depth - 1], &e);
	if (status == ERR_NOT_FOUND) {
		status = copy_attributes(from, to, path);
		if (status == OK && --*depth) {
			path_up(from);
			path_up(to);
		}
		return status;
	}
	if (status == OK)
		status = path_down(from, e.name);
	if (status != OK)
		return status;
	*path = to;
	status = path_down(to, e.name);
	if (status == OK)
		status = copy_node(from, to, &kind, path);
	if (status != OK)
		return status;
	if (kind == KIND_DIRECTORY) {
		cookies[(*depth)++] = 0;
		return OK;
	}
	path_up(from);
	path_up(to);
	return OK;
}

enum microk_status tree_copy(char *from, char *to, const char **path)
{
	u32 depth = 0, kind;
	enum microk_status status = copy_node(from, to, &kind, path);

	if (status == OK && kind == KIND_DIRECTORY)
		cookies[depth++] = 0;
	while (status == OK && depth)
		status = copy_next(from, to, &depth, path);
	return status;
}

/* ---- Removal ---- */

enum microk_status tree_is_empty(const char *directory)
{
	struct entry e;
	u64 first = 0;
	enum microk_status status = entry_at(directory, &first, &e);

	if (status == OK)
		return ERR_NOT_EMPTY;
	return status == ERR_NOT_FOUND ? OK : status;
}

/* Always the first entry of the deepest directory, since entries move when one goes. */
enum microk_status tree_remove(char *path)
{
	size_t top = strlen(path);
	enum microk_status status = OK;
	struct entry e;

	while (status == OK) {
		u64 first = 0;
		status = entry_at(path, &first, &e);
		bool is_empty = status == ERR_NOT_FOUND;
		if (status == OK)
			status = path_down(path, e.name);
		if (status == OK)
			status = stream_stat_link(path, &e);
		if (status == OK && e.kind == KIND_DIRECTORY)
			continue;
		if (status == OK || is_empty)
			status = path_unlink(path, is_empty ? AT_DIRECTORY : 0);
		if (status != OK || strlen(path) == top)
			break;
		path_up(path);
	}
	return status;
}
