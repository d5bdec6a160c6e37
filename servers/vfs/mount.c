/*
 * The mount table.
 *
 * Weighed: Linux marks the covered directory's dentry; Plan 9 keeps a table per process group,
 * keyed by the identity of the directory. Here there is one table, keyed by (file system, directory
 * node, name). File systems are independent of mounts, and the file system below need not have
 * an entry of that name.
 */
#include "servers/vfs/mount.h"
#include "lib/microk/string.h"

struct mount {
	struct fs *parent; /* NULL: the root */
	u64 directory;     /* node id in parent */
	char name[FILE_NAME_MAX + 1];
	struct fs *fs;
};

static struct mount mounts[MOUNT_MAX];
static size_t mount_count;

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

bool mount_cross(const struct place *at, const char *name, size_t length, struct place *out)
{
	for (size_t i = 1; i < mount_count; i++) {
		const struct mount *m = &mounts[i];
		if (m->parent == at->fs && m->directory == at->node.id &&
		    strlen(m->name) == length && memcmp(m->name, name, length) == 0) {
			*out = root_of(m->fs);
			return true;
		}
	}
	return false;
}

enum microk_status mount_set_root(struct fs *fs)
{
	if (mount_count > 0)
		return ERR_EXISTS;
	mounts[mount_count++] = (struct mount){.fs = fs};
	return OK;
}

enum microk_status mount_add(const struct place *parent, const char *name, struct fs *fs)
{
	struct mount *m = &mounts[mount_count];
	struct place there;

	if (mount_count == MOUNT_MAX)
		return ERR_NO_SPACE;
	if (mount_cross(parent, name, strlen(name), &there))
		return ERR_EXISTS;
	*m = (struct mount){.parent = parent->fs, .directory = parent->node.id, .fs = fs};
	memcpy(m->name, name, strlen(name) + 1);
	mount_count++;
	return OK;
}

/*
 * A mount point is listed before the entries of the file system below if that file system has no
 * entry of its name; otherwise the file system lists it.
 */
static bool listed_by_us(const struct place *at, const struct mount *m)
{
	struct fs_node below;

	return m->parent == at->fs && m->directory == at->node.id &&
	       at->fs->ops->lookup(at->fs, at->node.id, m->name, strlen(m->name), &below) != OK;
}

enum microk_status mount_entry(const struct place *at, void *state, u32 index, struct fs_entry *out)
{
	for (size_t i = 1; i < mount_count; i++) {
		const struct mount *m = &mounts[i];
		if (!listed_by_us(at, m))
			continue;
		if (index == 0) {
			*out = (struct fs_entry){.node = root_of(m->fs).node};
			memcpy(out->name, m->name, strlen(m->name) + 1);
			return OK;
		}
		index--;
	}
	return at->fs->ops->entry(at->fs, &at->node, state, index, out);
}
