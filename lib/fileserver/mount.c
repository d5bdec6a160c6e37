/*
 * The mount table.
 *
 * Weighed: Linux marks the covered directory's dentry; Plan 9 keeps a table per process group,
 * keyed by the identity of the directory. Here there is one table, keyed by (file system, directory
 * node, name). File systems are independent of mounts, and the file system below need not have
 * an entry of that name.
 */
#include "lib/fileserver/mount.h"
#include "lib/fileserver/name.h"
#include "lib/microk/string.h"

struct mount {
	struct place parent; /* of the root: none */
	char name[FILE_NAME_MAX + 1];
	char path[MOUNT_PATH_MAX + 1];
	struct fs *fs;
};

static struct mount mounts[MOUNT_MAX];
static u32 mount_count;

/* Cookies of mount points that their directory's file system does not list come before its own. */
#define COOKIE_FS (1ul << 32)

static struct place root_of(struct fs *fs)
{
	return (struct place){.fs = fs, .node = {.id = fs->root, .kind = KIND_DIRECTORY}};
}

bool mount_root(struct place *out)
{
	if (mount_count == 0)
		return false;
	*out = root_of(mounts[0].fs);
	return true;
}

static bool is_in(const struct mount *m, const struct place *directory)
{
	return m->parent.fs == directory->fs && m->parent.node.id == directory->node.id;
}

bool mount_cross(const struct place *at, struct fs_name name, struct place *out)
{
	for (u32 i = 1; i < mount_count; i++)
		if (is_in(&mounts[i], at) && name_is(name, mounts[i].name)) {
			*out = root_of(mounts[i].fs);
			return true;
		}
	return false;
}

enum microk_status mount_parent(const struct place *at, struct place *out)
{
	for (u32 i = 1; i < mount_count; i++)
		if (mounts[i].fs == at->fs && at->node.id == at->fs->root) {
			*out = mounts[i].parent;
			return OK;
		}
	out->fs = at->fs;
	return at->fs->ops->parent(at->fs, at->node.id, &out->node);
}

enum microk_status mount_set_root(struct fs *fs)
{
	if (mount_count > 0)
		return ERR_EXISTS;
	mounts[mount_count++] = (struct mount){.path = "/", .fs = fs};
	return OK;
}

enum microk_status mount_add(const struct place *parent, const char *name, const char *path,
			     struct fs *fs)
{
	struct mount *m = &mounts[mount_count];
	struct place there;

	if (mount_count == MOUNT_MAX)
		return ERR_NO_SPACE;
	if (mount_cross(parent, (struct fs_name){name, strlen(name)}, &there))
		return ERR_EXISTS;
	*m = (struct mount){.parent = *parent, .fs = fs};
	if (!string_copy(m->path, sizeof(m->path), path))
		return ERR_NAME;
	string_copy(m->name, sizeof(m->name), name);
	mount_count++;
	return OK;
}

struct fs *mount_fs(u32 number)
{
	return number < mount_count ? mounts[number].fs : NULL;
}

const char *mount_path(u32 number)
{
	return mounts[number].path;
}

u32 mount_number(const struct fs *fs)
{
	u32 i = 0;

	while (i < mount_count && mounts[i].fs != fs)
		i++;
	return i;
}

/* Whether the file system below has no entry of the mount point's name, and so does not list it. */
static enum microk_status is_hidden(const struct place *at, const struct mount *m, bool *hidden)
{
	struct fs_node below;
	enum microk_status status = at->fs->ops->lookup(
		at->fs, at->node.id, (struct fs_name){m->name, strlen(m->name)}, &below);

	*hidden = status == ERR_NOT_FOUND;
	return status == ERR_NOT_FOUND ? OK : status;
}

enum microk_status mount_entry(const struct place *at, u64 cookie, struct fs_entry *out)
{
	for (u64 i = cookie ? cookie : 1; i < mount_count; i++) {
		const struct mount *m = &mounts[i];
		bool hidden = false;
		enum microk_status status = is_in(m, at) ? is_hidden(at, m, &hidden) : OK;

		if (status != OK)
			return status;
		if (!hidden)
			continue;
		*out = (struct fs_entry){.node = root_of(m->fs).node, .next = i + 1};
		string_copy(out->name, sizeof(out->name), m->name);
		return OK;
	}
	enum microk_status status = at->fs->ops->entry(
		at->fs, at->node.id, cookie < COOKIE_FS ? 0 : cookie - COOKIE_FS, out);
	out->next += COOKIE_FS;
	return status;
}

u64 mount_names(bool directories)
{
	u64 sum = (u64)mount_count << 48;

	for (u32 i = 0; i < mount_count; i++) {
		struct fs *fs = mounts[i].fs;

		if (!fs->ops->names)
			return 0;
		sum += fs->ops->names(fs, directories);
	}
	return sum;
}
