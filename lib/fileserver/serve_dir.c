/* Protocol dir. */
#include "lib/fileserver/handle.h"
#include "lib/fileserver/mount.h"
#include "lib/fileserver/once.h"
#include "lib/fileserver/opening.h"
#include "lib/fileserver/path.h"
#include "lib/fileserver/running.h"
#include "lib/fileserver/serve_parts.h"
#include "lib/microk/startup.h"
#include "lib/microk/string.h"
#include "lib/microk/util.h"
#include "gen/lib/microk/methods.h"

_Static_assert(DIR_PATH_MAX == DIR_OPEN_PATH_MAX, "protocols/dir.h has the number of dir.idl");
_Static_assert(MOUNT_PATH_MAX == DIR_MOUNTED_PATH_MAX, "a mount point's path fits an answer");
_Static_assert(DIR_PAIR_MAX == DIR_RENAME_FROM_MAX, "likewise");

enum microk_status serve_attributes(const struct place *p, struct fs_attributes *out)
{
	return p->fs->ops->attributes(p->fs, p->node.id, out);
}

enum microk_status serve_start(u64 badge, struct path_start *start)
{
	const struct description *d = description_find(badge);

	if (!badge_is_description(badge)) {
		if (!mount_root(&start->root))
			return ERR_NOT_FOUND;
		start->at = start->root;
		return OK;
	}
	if (!d)
		return ERR_NOT_FOUND;
	if (d->kind != KIND_DIRECTORY)
		return ERR_NOT_DIR;
	start->root = description_root(d);
	start->at = description_place(d);
	return OK;
}

enum microk_status serve_walk(const struct request *r, const char *path, bool follow,
			      struct path_end *end)
{
	struct path_start start;
	enum microk_status status = serve_start(r->badge, &start);

	return status == OK ? path_walk(&start, path, follow, end) : status;
}

enum microk_status serve_find(const struct request *r, const char *path, bool follow,
			      struct path_end *end)
{
	enum microk_status status = serve_walk(r, path, follow, end);

	return status == OK && !end->exists ? ERR_NOT_FOUND : status;
}

bool serve_is_done(const struct request *r, enum microk_status *status)
{
	struct kept k;

	return once_find(r, &k, status) || *status != OK;
}

/* ---- open ---- */

static enum microk_status check_flags(const struct request *r, u32 flags)
{
	bool makes = flags & (OPEN_CREATE | OPEN_TRUNCATE | OPEN_APPEND),
	     writes = flags & OPEN_WRITE;

	if (flags & ~OPEN_FLAGS || (flags & OPEN_WRITE_ONLY && !writes) ||
	    (flags & OPEN_DIRECTORY && makes) ||
	    (flags & OPEN_EXCLUSIVE && !(flags & OPEN_CREATE)) ||
	    (flags & (OPEN_TRUNCATE | OPEN_APPEND) && !writes))
		return ERR_ARG;
	return (writes || makes) && !(r->prot & PROT(DIR_RIGHT_WRITE)) ? ERR_RIGHTS : OK;
}

static enum microk_status make_file(struct path_end *end, u32 mode)
{
	struct place made = {.fs = end->parent.fs};

	if (end->as_directory)
		return ERR_IS_DIR;
	enum microk_status status = SERVE_CALL(
		made.fs, make, end->parent.node.id, end->name,
		&(struct fs_new){.kind = KIND_FILE, .mode = mode}, &made.node);
	end->place = made;
	return status;
}

/* The place that the path names; a file that is missing is made, if the flags say so. */
static enum microk_status open_place(const struct request *r, const struct dir_open_args *args,
				     struct path_end *end)
{
	u32 flags = args->flags;
	enum microk_status status =
		serve_walk(r, args->path, !(flags & (OPEN_NO_FOLLOW | OPEN_EXCLUSIVE)), end);

	if (status != OK)
		return status;
	if (!end->exists)
		return flags & OPEN_CREATE ? make_file(end, args->mode) : ERR_NOT_FOUND;
	u32 kind = end->place.node.kind;
	if (flags & OPEN_EXCLUSIVE)
		return ERR_EXISTS;
	if (end->place.node.needs & ~(u32)r->prot)
		return ERR_RIGHTS;
	if (kind == KIND_LINK)
		return ERR_LOOP;
	if (flags & OPEN_DIRECTORY)
		return kind == KIND_DIRECTORY ? OK : ERR_NOT_DIR;
	if (kind == KIND_DIRECTORY)
		return flags & (OPEN_WRITE | OPEN_CREATE) ? ERR_IS_DIR : OK;
	if (flags & OPEN_WRITE && !end->place.fs->ops->write)
		return ERR_READ_ONLY;
	status = flags & OPEN_WRITE ? running_check(&end->place) : OK;
	if (status != OK)
		return status;
	return flags & OPEN_TRUNCATE && kind == KIND_FILE
		       ? SERVE_CALL(end->place.fs, truncate, end->place.node.id, 0)
		       : OK;
}

static enum microk_status give(const struct description *d, struct dir_open_result *result)
{
	result->kind = d->kind;
	return handle_mint(d, &result->file);
}

/* The same answer again. The description is another one's if the client, which has had the answer, has closed it. A
 * capability of the same badge can have fewer rights than that by which it was opened, and gains none by the number. */
static enum microk_status give_again(const struct request *r, const struct kept *k,
				     struct dir_open_result *result)
{
	const struct description *d = &keep_descriptions()[k->a];

	if (d->use != DESCRIPTION_OPEN || d->client != r->badge || d->number != r->number)
		return ERR_STATE;
	enum microk_status status = check_flags(r, d->flags & OPEN_FLAGS);
	if (status == OK && d->flags >> DESCRIPTION_NEEDS & DESCRIPTION_PART & ~(u32)r->prot)
		status = ERR_RIGHTS;
	return status == OK ? give(d, result) : status;
}

static enum microk_status op_open(struct request *r, const struct dir_open_args *args,
				  struct dir_open_result *result)
{
	const struct description *d;
	struct path_start start;
	struct path_end end;
	struct kept k;
	enum microk_status status;

	if (once_find(r, &k, &status))
		return give_again(r, &k, result);
	if (status == OK)
		status = check_flags(r, args->flags);
	if (status == OK && args->mode > FILE_MODE_MAX)
		status = ERR_ARG;
	if (status == OK)
		status = serve_start(r->badge, &start);
	if (status == OK)
		status = open_place(r, args, &end);
	if (status == OK)
		status = opening_make(
			r, &end.place, args->flags & OPEN_ROOT ? &end.place : &start.root,
			args->flags | end.place.node.needs << DESCRIPTION_NEEDS, &d);
	if (status != OK)
		return status;
	once_keep(r, description_number(d), 0);
	status = give(d, result);
	if (status != OK)
		opening_unmake(d);
	return status;
}

/* ---- Attributes ---- */

static enum microk_status op_stat(struct request *r, const struct dir_stat_args *args,
				  struct dir_stat_result *result)
{
	struct path_end end;
	struct fs_attributes a;

	if (args->flags & ~AT_NO_FOLLOW)
		return ERR_ARG;
	enum microk_status status = serve_find(r, args->path, !(args->flags & AT_NO_FOLLOW), &end);
	if (status == OK)
		status = serve_attributes(&end.place, &a);
	if (status != OK)
		return status;
	*result = (struct dir_stat_result){SERVE_STAT(a)};
	return OK;
}

static enum microk_status op_set(struct request *r, const struct dir_set_args *args)
{
	struct path_end end;

	if (args->flags & ~AT_NO_FOLLOW || args->what & ~SET_ALL || args->mode > FILE_MODE_MAX)
		return ERR_ARG;
	enum microk_status status = serve_find(r, args->path, !(args->flags & AT_NO_FOLLOW), &end);
	if (status != OK)
		return status;
	struct fs_attributes to = {
		.mode = args->mode,
		.owner = args->owner,
		.group = args->group,
		.accessed = args->accessed,
		.modified = args->modified};
	return SERVE_CALL(end.place.fs, set, end.place.node.id, args->what, &to);
}

static enum microk_status op_resolve(struct request *r, const struct dir_resolve_args *args,
				     struct dir_resolve_result *result)
{
	struct path_end end;

	if (args->flags & ~AT_NO_FOLLOW)
		return ERR_ARG;
	enum microk_status status = serve_walk(r, args->path, !(args->flags & AT_NO_FOLLOW), &end);
	if (status == OK)
		return ERR_STATE; /* it does not leave the root any more: the client repeats its request */
	if (status != ERR_REDIRECT)
		return status;
	return string_copy(result->rest, sizeof(result->rest), path_rest()) ? OK : ERR_NAME;
}

static enum microk_status op_readlink(struct request *r, const struct dir_readlink_args *args,
				      struct dir_readlink_result *result)
{
	struct path_end end;
	size_t length = 0;
	enum microk_status status = serve_find(r, args->path, false, &end);

	if (status != OK)
		return status;
	if (end.place.node.kind != KIND_LINK)
		return ERR_NOT_LINK;
	status = end.place.fs->ops->read_link(
		end.place.fs, end.place.node.id, result->target, DIR_READLINK_TARGET_MAX, &length);
	result->target[length] = '\0';
	return status;
}

static enum microk_status op_statfs(struct request *r, const struct dir_statfs_args *args,
				    struct dir_statfs_result *result)
{
	struct path_end end;
	struct fs_usage u = {0};
	enum microk_status status = serve_find(r, args->path, true, &end);

	if (status != OK)
		return status;
	struct fs *fs = end.place.fs;
	status = fs->ops->usage ? fs->ops->usage(fs, &u) : OK;
	*result = (struct dir_statfs_result){
		.block_bytes = u.block_bytes,
		.name_bytes = u.name_bytes,
		.read_only = u.read_only,
		.blocks = u.blocks,
		.free_blocks = u.free_blocks,
		.nodes = u.nodes,
		.free_nodes = u.free_nodes};
	string_copy(result->type, sizeof(result->type), fs->name);
	return status;
}

static enum microk_status op_mounted(struct request *r, const struct dir_mounted_args *args,
				     struct dir_mounted_result *result)
{
	struct fs *fs = mount_fs(args->index);
	struct fs_usage u = {.read_only = fs && !fs->ops->write};

	if (badge_is_description(r->badge))
		return ERR_RIGHTS;
	if (!fs)
		return ERR_NOT_FOUND;
	enum microk_status status = fs->ops->usage ? fs->ops->usage(fs, &u) : OK;
	result->read_only = u.read_only;
	string_copy(result->path, sizeof(result->path), mount_path(args->index));
	string_copy(result->type, sizeof(result->type), fs->name);
	return status;
}

static enum microk_status op_sync(struct request *r)
{
	struct path_start start;
	enum microk_status status = serve_start(r->badge, &start);
	struct fs *fs;

	for (u32 i = 0; status == OK && (fs = mount_fs(i)); i++)
		if (fs->ops->sync)
			status = fs->ops->sync(fs, ~0ul);
	return status;
}

/* The others are ended, too, if one of them cannot be. */
static enum microk_status op_detach(struct request *r)
{
	enum microk_status first = OK;
	struct fs *fs;

	(void)r;
	for (u32 i = 0; (fs = mount_fs(i)); i++) {
		enum microk_status status = fs->ops->detach ? fs->ops->detach(fs) : OK;
		if (first == OK)
			first = status;
	}
	return first;
}

/* Of the first file system with a page cache: those of a server share one. */
static enum microk_status op_counters(struct request *r, struct dir_counters_result *result)
{
	struct fs_counters c;
	struct fs *fs;

	(void)r;
	for (u32 i = 0; (fs = mount_fs(i)); i++) {
		if (!fs->ops->counters)
			continue;
		fs->ops->counters(fs, &c);
		*result = (struct dir_counters_result){
			.pages = c.pages,
			.dirty = c.dirty,
			.hits = c.hits,
			.misses = c.misses,
			.pages_read = c.pages_read,
			.pages_written = c.pages_written};
		return OK;
	}
	return ERR_NOT_FOUND;
}

const struct dir_ops serve_dir_ops = {
	.abandon = serve_abandoned,
	.open = op_open,
	.stat = op_stat,
	.resolve = op_resolve,
	.mkdir = serve_mkdir,
	.make = serve_make,
	.unlink = serve_unlink,
	.rename = serve_rename,
	.rename_to = serve_rename_to,
	.link_to = serve_link_to,
	.symlink = serve_symlink,
	.readlink = op_readlink,
	.set = op_set,
	.statfs = op_statfs,
	.sync = op_sync,
	.detach = op_detach,
	.counters = op_counters,
	.mounted = op_mounted,
};
