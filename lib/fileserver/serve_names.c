/* Protocol dir: names that are made, removed and changed. */
#include "lib/fileserver/handle.h"
#include "lib/fileserver/met.h"
#include "lib/fileserver/mount.h"
#include "lib/fileserver/once.h"
#include "lib/fileserver/path.h"
#include "lib/fileserver/serve_parts.h"
#include "lib/microk/startup.h"
#include "lib/microk/string.h"
#include "gen/lib/microk/methods.h"

/* The place for a new name. */
static enum microk_status find_vacant(const struct request *r, const char *path,
				      struct path_end *end)
{
	enum microk_status status = serve_walk(r, path, false, end);

	return status == OK && end->exists ? ERR_EXISTS : status;
}

/* A mount point is not an entry of the file system below. */
static bool is_mounted(const struct path_end *end)
{
	struct place there;

	return end->name.length == 0 || mount_cross(&end->parent, end->name, &there);
}

static enum microk_status make_node(const struct path_end *end, const struct fs_new *what)
{
	struct fs_node made;

	return SERVE_CALL(end->parent.fs, make, end->parent.node.id, end->name, what, &made);
}

enum microk_status serve_mkdir(struct request *r, const struct dir_mkdir_args *args)
{
	struct path_end end;
	enum microk_status status;

	if (serve_is_done(r, &status))
		return status;
	if (args->mode > FILE_MODE_MAX)
		return ERR_ARG;
	status = find_vacant(r, args->path, &end);
	if (status == OK)
		status = make_node(
			&end, &(struct fs_new){.kind = KIND_DIRECTORY, .mode = args->mode});
	if (status == OK)
		once_keep(r, 0, 0);
	return status;
}

enum microk_status serve_make(struct request *r, const struct dir_make_args *args)
{
	struct path_end end;
	enum microk_status status;

	if (serve_is_done(r, &status))
		return status;
	if (args->mode > FILE_MODE_MAX || (args->kind != KIND_PIPE && args->kind != KIND_SOCKET))
		return ERR_ARG;
	status = find_vacant(r, args->path, &end);
	if (status == OK && end.as_directory)
		status = ERR_NOT_FOUND;
	if (status == OK)
		status = make_node(&end, &(struct fs_new){.kind = args->kind, .mode = args->mode});
	if (status == OK)
		once_keep(r, 0, 0);
	return status;
}

enum microk_status serve_symlink(struct request *r, const struct dir_symlink_args *args)
{
	struct path_end end;
	enum microk_status status;

	if (serve_is_done(r, &status))
		return status;
	status = args->target[0] ? find_vacant(r, args->path, &end) : ERR_NOT_FOUND;
	if (status == OK && end.as_directory)
		status = ERR_NOT_FOUND;
	if (status == OK)
		status = make_node(
			&end, &(struct fs_new){.kind = KIND_LINK,
					       .mode = 0777,
					       .target = args->target,
					       .target_length = strlen(args->target)});
	if (status == OK)
		once_keep(r, 0, 0);
	return status;
}

enum microk_status serve_unlink(struct request *r, const struct dir_unlink_args *args)
{
	bool directory = args->flags & AT_DIRECTORY;
	struct path_end end;
	enum microk_status status;

	if (serve_is_done(r, &status))
		return status;
	if (args->flags & ~AT_DIRECTORY)
		return ERR_ARG;
	status = serve_find(r, args->path, false, &end);
	if (status != OK)
		return status;
	if (directory && end.place.node.kind != KIND_DIRECTORY)
		return ERR_NOT_DIR;
	if (!directory && end.place.node.kind == KIND_DIRECTORY)
		return ERR_IS_DIR;
	if (is_mounted(&end))
		return ERR_BUSY;
	status = SERVE_CALL(end.parent.fs, unlink, end.parent.node.id, end.name, directory);
	if (status == OK)
		once_keep(r, 0, 0);
	met_change();
	return status;
}

/* Both ends of a rename or a link. */
struct pair {
	struct path_end from, to;
};

static enum microk_status find_pair(const struct request *r, u64 target, const char *from,
				    const char *to, struct pair *p)
{
	struct path_start start;
	enum microk_status status = serve_find(r, from, false, &p->from);

	if (status == OK)
		status = serve_start(target, &start);
	if (status == OK)
		status = path_walk(&start, to, false, &p->to);
	if (status == OK && (is_mounted(&p->from) || is_mounted(&p->to)))
		status = ERR_BUSY;
	if (status == OK && p->from.parent.fs != p->to.parent.fs)
		status = ERR_CROSS;
	return status;
}

static enum microk_status rename(const struct request *r, u64 target, u32 flags, const char *from,
				 const char *to)
{
	struct pair p;
	enum microk_status status;

	if (serve_is_done(r, &status))
		return status;
	if (flags & ~AT_EXCLUSIVE)
		return ERR_ARG;
	status = find_pair(r, target, from, to, &p);
	if (status == OK && p.to.as_directory && p.from.place.node.kind != KIND_DIRECTORY)
		status = ERR_NOT_DIR;
	if (status == OK)
		status = SERVE_CALL(p.from.parent.fs, rename, p.from.parent.node.id, p.from.name,
				    p.to.parent.node.id, p.to.name, flags & AT_EXCLUSIVE);
	if (status == OK)
		once_keep(r, 0, 0);
	met_change();
	return status;
}

enum microk_status serve_rename(struct request *r, const struct dir_rename_args *args)
{
	return rename(r, r->badge, args->flags, args->from, args->to);
}

/* The badge of a capability of this server's that came with a request. */
static enum microk_status badge_of(cap_t cap, u64 *badge)
{
	struct cnode_describe_result d;

	if (cap == 0 || cnode_describe(SLOT_CNODE, cap, &d) != OK || d.type != CAP_ENDPOINT ||
	    !(d.rights & DIR_RIGHT_WRITE))
		return ERR_RIGHTS;
	/* A capability of another server's may have any badge: it could name a description here that its holder
	 * does not hold. */
	if (!handle_is_own(cap))
		return ERR_CROSS;
	*badge = d.value;
	return OK;
}

enum microk_status serve_rename_to(struct request *r, const struct dir_rename_to_args *args)
{
	u64 target;
	enum microk_status status = badge_of(args->target, &target);

	return status == OK ? rename(r, target, args->flags, args->from, args->to) : status;
}

enum microk_status serve_link_to(struct request *r, const struct dir_link_to_args *args)
{
	struct pair p;
	u64 target;
	enum microk_status status;

	if (serve_is_done(r, &status))
		return status;
	status = badge_of(args->target, &target);
	if (status == OK)
		status = find_pair(r, target, args->from, args->to, &p);
	if (status == OK && p.from.place.node.kind == KIND_DIRECTORY)
		status = ERR_IS_DIR;
	if (status == OK && p.to.exists)
		status = ERR_EXISTS;
	if (status == OK)
		status = SERVE_CALL(p.from.parent.fs, link, p.to.parent.node.id, p.to.name,
				    p.from.place.node.id);
	if (status == OK)
		once_keep(r, 0, 0);
	return status;
}
