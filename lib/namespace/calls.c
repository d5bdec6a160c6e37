/* The operations on paths. */
#include "gen/protocols/dir_client.h"
#include "lib/microk/slots.h"
#include "lib/microk/string.h"
#include "lib/namespace/namespace.h"

struct opening {
	struct dir_open_args args;
	cap_t slot;
	struct dir_open_result result;
};

static enum microk_status call_open(cap_t directory, const char *rest, void *context)
{
	struct opening *o = context;

	o->args.path = rest;
	return dir_open(directory, &o->args, o->slot, &o->result);
}

enum microk_status path_open(const char *path, u32 flags, u32 mode, cap_t slot, u32 *kind)
{
	struct opening o = {.args = {.flags = flags, .mode = mode}, .slot = slot};
	enum microk_status status = namespace_walk(
		path, flags & (OPEN_NO_FOLLOW | OPEN_EXCLUSIVE) ? AT_NO_FOLLOW : 0, call_open, &o);

	if (status == OK && kind)
		*kind = o.result.kind;
	return status;
}

struct looking {
	struct dir_stat_args args;
	struct dir_stat_result *out;
};

static enum microk_status call_stat(cap_t directory, const char *rest, void *context)
{
	struct looking *l = context;

	l->args.path = rest;
	return dir_stat(directory, &l->args, l->out);
}

enum microk_status path_stat(const char *path, u32 flags, struct dir_stat_result *out)
{
	struct looking l = {.args.flags = flags, .out = out};

	return namespace_walk(path, flags & AT_NO_FOLLOW, call_stat, &l);
}

static enum microk_status call_mkdir(cap_t directory, const char *rest, void *context)
{
	const u32 *mode = context;

	return dir_mkdir(directory, &(struct dir_mkdir_args){.mode = *mode, .path = rest});
}

enum microk_status path_mkdir(const char *path, u32 mode)
{
	return namespace_walk(path, AT_NO_FOLLOW, call_mkdir, &mode);
}

struct making {
	u32 kind, mode;
};

static enum microk_status call_make(cap_t directory, const char *rest, void *context)
{
	const struct making *m = context;

	return dir_make(
		directory, &(struct dir_make_args){.kind = m->kind, .mode = m->mode, .path = rest});
}

enum microk_status path_make(const char *path, u32 kind, u32 mode)
{
	return namespace_walk(path, AT_NO_FOLLOW, call_make, &(struct making){kind, mode});
}

static enum microk_status call_unlink(cap_t directory, const char *rest, void *context)
{
	const u32 *flags = context;

	return dir_unlink(directory, &(struct dir_unlink_args){.flags = *flags, .path = rest});
}

enum microk_status path_unlink(const char *path, u32 flags)
{
	return namespace_walk(path, AT_NO_FOLLOW, call_unlink, &flags);
}

static enum microk_status call_symlink(cap_t directory, const char *rest, void *context)
{
	return dir_symlink(directory, &(struct dir_symlink_args){.target = context, .path = rest});
}

enum microk_status path_symlink(const char *target, const char *path)
{
	return namespace_walk(path, AT_NO_FOLLOW, call_symlink, (void *)target);
}

static enum microk_status call_readlink(cap_t directory, const char *rest, void *context)
{
	return dir_readlink(directory, rest, context);
}

enum microk_status path_readlink(const char *path, struct dir_readlink_result *out)
{
	return namespace_walk(path, AT_NO_FOLLOW, call_readlink, out);
}

static enum microk_status call_set(cap_t directory, const char *rest, void *context)
{
	struct dir_set_args *args = context;

	args->path = rest;
	return dir_set(directory, args);
}

enum microk_status path_set(const char *path, struct dir_set_args *args)
{
	return namespace_walk(path, args->flags & AT_NO_FOLLOW, call_set, args);
}

static enum microk_status call_statfs(cap_t directory, const char *rest, void *context)
{
	return dir_statfs(directory, rest, context);
}

enum microk_status path_statfs(const char *path, struct dir_statfs_result *out)
{
	return namespace_walk(path, 0, call_statfs, out);
}
