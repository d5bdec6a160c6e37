/*
 * The path walk.
 *
 * Weighed: Plan 9 cleans a path as text first ("a/../b" is "b", whether a exists or not); POSIX
 * walks it, so that ".." is asked of a directory that is really there. Here it is walked, with the
 * places passed kept on a stack: ".." pops. No file system ever sees "..", so none can be made to
 * leave its mount, and the stack's size is the depth limit.
 */
#include "servers/vfs/path.h"
#include "servers/vfs/mount.h"
#include "user/lib/string.h"

bool path_next(const char **path, struct component *out)
{
	const char *p = *path;
	while (*p == '/')
		p++;
	out->name = p;
	while (*p != '\0' && *p != '/')
		p++;
	out->length = (size_t)(p - out->name);
	*path = p;
	return out->length > 0;
}

static bool is_dots(const struct component *c, size_t dots)
{
	return c->length == dots && memcmp(c->name, "..", dots) == 0;
}

static bool has_bad_bytes(const char *name, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)name[i] < 0x20 || name[i] == 0x7f || name[i] == '/')
			return true;
	return false;
}

bool name_valid(const char *name, size_t length)
{
	struct component c = {name, length};
	return length > 0 && length <= FILE_NAME_MAX && !has_bad_bytes(name, length) &&
	       !is_dots(&c, 1) && !is_dots(&c, 2);
}

/* Enters the component `c` of the directory `at`. */
static enum microk_status enter(const struct place *at, const struct component *c,
				struct place *out)
{
	if (at->node.kind != KIND_DIRECTORY)
		return ERR_NOT_DIR;
	if (!name_valid(c->name, c->length))
		return ERR_NAME;
	if (mount_cross(at, c->name, c->length, out))
		return OK;
	*out = (struct place){.fs = at->fs};
	return at->fs->ops->lookup(at->fs, at->node.id, c->name, c->length, &out->node);
}

enum microk_status path_walk(const char *path, struct place *out)
{
	struct place stack[PATH_DEPTH_MAX + 1];
	size_t depth = 0; /* stack[depth] is where we are */

	if (path[0] == '\0')
		return ERR_NOT_FOUND;
	if (path[0] != '/' || strlen(path) > FILE_PATH_MAX)
		return ERR_NAME;
	if (!mount_root(&stack[0]))
		return ERR_NOT_FOUND;

	struct component c;
	while (path_next(&path, &c)) {
		bool up = is_dots(&c, 2);
		if (up || is_dots(&c, 1)) {
			if (stack[depth].node.kind != KIND_DIRECTORY)
				return ERR_NOT_DIR;
			if (up && depth > 0)
				depth--;
			continue;
		}
		if (depth == PATH_DEPTH_MAX)
			return ERR_NAME;
		enum microk_status s = enter(&stack[depth], &c, &stack[depth + 1]);
		if (s != OK)
			return s;
		depth++;
	}
	/* path_next has swallowed trailing slashes; they are a promise that this is a directory. */
	if (path[-1] == '/' && stack[depth].node.kind != KIND_DIRECTORY)
		return ERR_NOT_DIR;
	*out = stack[depth];
	return OK;
}
