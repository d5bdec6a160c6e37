/*
 * The path walk.
 *
 * Weighed: Plan 9 first cleans a path as text ("a/../b" is "b", whether a exists or not); POSIX
 * walks it, so that ".." applies to a directory that exists. Here the path is walked and the places
 * passed are kept on a stack, which ".." pops. No file system ever receives "..", so no path can
 * leave its mount by it. The stack's size is the depth limit.
 */
#include "servers/vfs/path.h"
#include "servers/vfs/mount.h"
#include "servers/vfs/name.h"
#include "lib/microk/string.h"

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
	size_t depth = 0; /* stack[depth] is the current place */

	if (path[0] == '\0')
		return ERR_NOT_FOUND;
	if (path[0] != '/' || strlen(path) > FILE_PATH_MAX)
		return ERR_NAME;
	if (!mount_root(&stack[0]))
		return ERR_NOT_FOUND;

	struct component c;
	while (path_next(&path, &c)) {
		bool up = name_is_dots(&c, 2);
		if (up || name_is_dots(&c, 1)) {
			if (stack[depth].node.kind != KIND_DIRECTORY)
				return ERR_NOT_DIR;
			if (up && depth > 0)
				depth--;
			continue;
		}
		if (depth == PATH_DEPTH_MAX)
			return ERR_NAME;
		enum microk_status status = enter(&stack[depth], &c, &stack[depth + 1]);
		if (status != OK)
			return status;
		depth++;
	}
	/* path_next skips trailing slashes; with them the path must be a directory. */
	if (path[-1] == '/' && stack[depth].node.kind != KIND_DIRECTORY)
		return ERR_NOT_DIR;
	*out = stack[depth];
	return OK;
}

/* Splits "/a/b/c" into the place of "/a/b" and the name "c". */
static enum microk_status split(const char *path, struct place *parent, const char **name)
{
	char directory[FILE_PATH_MAX + 1];
	size_t length = strlen(path);

	if (path[0] != '/' || length > FILE_PATH_MAX)
		return ERR_NAME;
	size_t cut = length;
	while (path[cut - 1] != '/')
		cut--;
	*name = path + cut;
	if (!name_valid(*name, length - cut))
		return ERR_NAME;
	memcpy(directory, path, cut);
	directory[cut] = '\0';
	enum microk_status status = path_walk(directory, parent);
	return status == OK && parent->node.kind != KIND_DIRECTORY ? ERR_NOT_DIR : status;
}

enum microk_status path_mount(const char *path, struct fs *fs)
{
	struct place parent;
	const char *name;

	if (strcmp(path, "/") == 0)
		return mount_set_root(fs);
	enum microk_status status = split(path, &parent, &name);
	return status == OK ? mount_add(&parent, name, fs) : status;
}
