/* Around the path walk: file systems of a few nodes. The mount table is the system's own. */
#include "path_fakes.h"
#include "lib/fileserver/mount.h"
#include "lib/microk/string.h"
#include "unit.h"

SHARED struct tree_node nodes[NODES];
SHARED u32 node_count;
SHARED u64 names_changed;
SHARED u32 dots_looked_up;

static struct fs_node node_of(u64 id)
{
	return (struct fs_node){.id = id, .kind = nodes[id].kind};
}

static enum microk_status lookup(struct fs *fs, u64 directory, struct fs_name name,
				 struct fs_node *out)
{
	dots_looked_up += name.bytes[0] == '.' &&
			  (name.length == 1 || (name.length == 2 && name.bytes[1] == '.'));
	for (u32 i = 0; i < node_count; i++)
		if (i != fs->root && nodes[i].parent == directory && nodes[i].name &&
		    strlen(nodes[i].name) == name.length &&
		    memcmp(nodes[i].name, name.bytes, name.length) == 0) {
			*out = node_of(i);
			return OK;
		}
	return ERR_NOT_FOUND;
}

static enum microk_status parent(struct fs *fs, u64 directory, struct fs_node *out)
{
	*out = node_of(directory == fs->root ? directory : nodes[directory].parent);
	return OK;
}

static enum microk_status read_link(struct fs *fs, u64 node, char *to, size_t room, size_t *length)
{
	(void)fs;
	*length = strlen(nodes[node].target);
	if (*length > room)
		return ERR_NAME;
	memcpy(to, nodes[node].target, *length);
	return OK;
}

static u64 names(struct fs *fs, bool directories)
{
	return (void)fs, (void)directories, names_changed;
}

static const struct fs_ops ops = {
	.lookup = lookup, .parent = parent, .read_link = read_link, .names = names};
static struct fs systems[2] = {
	{.name = "first", .ops = &ops, .root = 0}, {.name = "second", .ops = &ops, .root = 1}};

static struct place place_of(u32 node)
{
	return (struct place){.fs = &systems[nodes[node].fs], .node = node_of(node)};
}

enum microk_status walk_from(u32 root, u32 at, const char *path, bool follow, struct walked *out)
{
	static struct path_end end;
	struct path_start start = {.root = place_of(root), .at = place_of(at)};

	mount_set_root(&systems[0]);
	enum microk_status status = path_walk(&start, path, follow, &end);
	out->exists = end.exists;
	out->as_directory = end.as_directory;
	out->node = (u32)end.place.node.id;
	out->parent = (u32)end.parent.node.id;
	string_copy(out->name, sizeof(out->name), status == OK && end.name.length ? end.text : "");
	string_copy(out->rest, sizeof(out->rest), status == ERR_REDIRECT ? path_rest() : "");
	return status;
}

enum microk_status mount_second(u32 directory, const char *name)
{
	struct place at = place_of(directory);

	mount_set_root(&systems[0]);
	return mount_add(&at, name, name, &systems[1]);
}
