/*
 * The path walk.
 *
 * Weighed: Plan 9 first cleans a path as text ("a/../b" is "b", whether a exists or not); POSIX
 * walks it, so that ".." applies to a directory that exists. Here the path is walked. Linux keeps a stack of
 * half-read links; here a link's content is put before the rest of the path, in a buffer, as xv6's relatives and
 * FreeBSD's namei do.
 *
 * A walk never leads above the root of the capability that it began with: there it ends with ERR_REDIRECT and the
 * rest of the path, and the client looks that up in its own namespace (Fuchsia's openat at ".."; Linux's
 * RESOLVE_BENEATH refuses instead).
 */
#include "lib/fileserver/path.h"
#include "lib/fileserver/mount.h"
#include "lib/fileserver/name.h"
#include "lib/fileserver/walked.h"
#include "lib/microk/string.h"

#define DEPTH_MAX                                                                                  \
	(FILE_PATH_MAX /                                                                           \
	 2) /* directories from one to its root; a damaged file system may have a circle of them */

/* One walk at a time: the server has one thread. */
static char text[FILE_PATH_MAX + 1];
static const char *rest; /* in text: the components that are not walked yet */

const char *path_rest(void)
{
	return rest;
}

static bool is_same(const struct place *a, const struct place *b)
{
	return a->fs == b->fs && a->node.id == b->node.id;
}

/* Ends a walk at a directory by "", ".", ".." or "/". */
static void end_at(struct path_end *out, const struct place *at)
{
	out->exists = true;
	out->place = out->parent = *at;
	out->name = (struct fs_name){out->text, 0};
	out->as_directory = true;
}

static void end_with(struct path_end *out, const struct place *at, struct fs_name name)
{
	out->parent = *at;
	memcpy(out->text, name.bytes, name.length);
	out->text[name.length] = '\0';
	out->name = (struct fs_name){out->text, name.length};
}

/* Whether only slashes are left. */
static bool is_at_end(const char *path)
{
	while (*path == '/')
		path++;
	return *path == '\0';
}

/* Whether `at` is `root` or below it. */
static enum microk_status find_root(struct place at, const struct place *root)
{
	struct place above;

	for (u32 depth = 0; depth < DEPTH_MAX; depth++) {
		if (is_same(&at, root))
			return OK;
		enum microk_status status = mount_parent(&at, &above);
		if (status != OK)
			return status;
		if (is_same(&at, &above))
			break;
		at = above;
	}
	return ERR_NOT_FOUND;
}

/* EXERCISE 3.2 path-walk: begin */
/* The child `name` of the directory `at`. */
static enum microk_status enter(const struct place *at, struct fs_name name, struct place *out)
{
	if (mount_cross(at, name, out))
		return OK;
	*out = (struct place){.fs = at->fs};
	return at->fs->ops->lookup(at->fs, at->node.id, name, &out->node);
}

/* Puts the content of the symbolic link before the rest of the path. */
static enum microk_status follow_link(const struct place *link)
{
	static char content[FILE_PATH_MAX + 1];
	size_t length = 0, left = strlen(rest);
	enum microk_status status =
		link->fs->ops->read_link(link->fs, link->node.id, content, FILE_PATH_MAX, &length);

	if (status != OK)
		return status;
	if (length == 0)
		return ERR_NOT_FOUND;
	if (length + left > FILE_PATH_MAX)
		return ERR_NAME;
	memmove(text + length, rest, left + 1);
	memcpy(text, content, length);
	rest = text;
	return OK;
}

/* ".." of `at`. At the walk's root the path is left from here on. A directory that was moved away from below the
 * root after it was opened does not lead out of it. */
static enum microk_status go_up(const struct path_start *start, const char *from, struct place *at)
{
	struct place above;

	if (is_same(at, &start->root)) {
		rest = from;
		return ERR_REDIRECT;
	}
	enum microk_status status = mount_parent(at, &above);
	if (status == OK)
		status = find_root(above, &start->root);
	if (status == OK)
		*at = above;
	return status;
}

/* One component that is a name. *ended: the walk is. */
static enum microk_status step(struct place *at, struct fs_name name, bool follow, u32 *links,
			       struct path_end *out, bool *ended)
{
	bool is_last = is_at_end(rest);
	struct place child;

	if (!name_valid(name))
		return ERR_NAME;
	enum microk_status status = enter(at, name, &child);
	*ended = is_last;
	if (status == ERR_NOT_FOUND && is_last) {
		end_with(out, at, name);
		out->as_directory = *rest == '/';
		return OK;
	}
	if (status != OK)
		return status;
	if (child.node.kind == KIND_LINK && (!is_last || follow || *rest == '/')) {
		*ended = false;
		if (++*links > DIR_LINKS_MAX)
			return ERR_LOOP;
		status = follow_link(&child);
		return status == OK && *rest == '/' ? ERR_REDIRECT : status;
	}
	if (is_last) {
		end_with(out, at, name);
		out->as_directory = *rest == '/';
		out->exists = true;
		out->place = child;
	}
	*at = child;
	return OK;
}
/* EXERCISE 3.2 path-walk: end */

/* The path without its last component, up to the slash before that; 0: it is one component, or ends with a slash. */
static size_t length_before_last(const char *path, size_t length)
{
	if (length && path[length - 1] == '/')
		return 0;
	while (length && path[length - 1] != '/')
		length--;
	return length;
}

/* Links that a walk has followed, and whether it went up. */
struct walk {
	u32 links;
	bool up;
};

static enum microk_status walk_on(const struct path_start *start, struct place at, bool follow,
				  struct walk *w, struct path_end *out)
{
	struct fs_name name;
	bool ended = false;

	while (!ended && path_next(&rest, &name)) {
		enum microk_status status = OK;
		if (at.node.kind != KIND_DIRECTORY)
			return ERR_NOT_DIR;
		if (name_is_dots(name, 2)) {
			w->up = true;
			status = go_up(start, name.bytes, &at);
		} else if (!name_is_dots(name, 1)) {
			status = step(&at, name, follow, &w->links, out, &ended);
		}
		if (status != OK)
			return status;
	}
	if (!ended)
		end_at(out, &at);
	return out->exists && out->as_directory && out->place.node.kind != KIND_DIRECTORY
		       ? ERR_NOT_DIR
		       : OK;
}

/* A path that led there before. */
static bool walked_before(const struct path_start *start, const char *path, size_t length,
			  size_t before, struct path_end *out)
{
	if (!walked_find(start, path, length, true, &out->place, &out->parent))
		return false;
	memcpy(out->text, path + before, length - before);
	out->text[length - before] = '\0';
	out->name = (struct fs_name){out->text, length - before};
	out->exists = true;
	out->as_directory = false;
	return true;
}

enum microk_status path_walk(const struct path_start *start, const char *path, bool follow,
			     struct path_end *out)
{
	struct place at = *path == '/' ? start->root : start->at, above;
	size_t length = strlen(path), before = length_before_last(path, length);
	struct walk w = {0};

	out->exists = out->as_directory = false;
	if (length > FILE_PATH_MAX)
		return ERR_NAME;
	rest = text;
	if (walked_before(start, path, length, before, out)) {
		text[0] = '\0';
		return OK;
	}
	memcpy(text, path, length + 1);
	if (length == 0)
		return ERR_NOT_FOUND;
	bool known = before && walked_find(start, path, before, false, &at, &above);
	if (known)
		rest = text + before;
	enum microk_status status = walk_on(start, at, follow, &w, out);
	if (status != OK || w.links || w.up || out->name.length == 0 || out->as_directory)
		return status;
	if (!known && before)
		walked_keep(start, path, before, false, &out->parent, &out->parent);
	if (out->exists && out->place.node.kind != KIND_LINK)
		walked_keep(start, path, length, true, &out->place, &out->parent);
	return OK;
}

enum microk_status path_mount(const char *path, struct fs *fs)
{
	struct path_start start;
	struct path_end end;

	if (*path != '/')
		return ERR_NAME;
	if (strcmp(path, "/") == 0)
		return mount_set_root(fs);
	if (!mount_root(&start.root))
		return ERR_NOT_FOUND;
	start.at = start.root;
	enum microk_status status = path_walk(&start, path, true, &end);
	if (status != OK)
		return status;
	return end.name.length == 0 ? ERR_EXISTS : mount_add(&end.parent, end.text, path, fs);
}
