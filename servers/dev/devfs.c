/*
 * The files of /dev.
 *
 * Weighed: Linux's device numbers, by which any file system can name a driver; Plan 9's and Redox' drivers, which are file servers
 * each. Here one small server has the devices without hardware, which would otherwise be a program each, and the disk, whose
 * driver speaks of sectors. A terminal or a network stays its owner's.
 */
#include "servers/dev/devfs.h"
#include "gen/protocols/dir_protocol.h"
#include "lib/fileserver/name.h"
#include "lib/microk/print.h"
#include "lib/microk/string.h"
#include "lib/microk/util.h"
#include "servers/dev/disks.h"
#include "servers/dev/random.h"

/* Node numbers. */
enum { ROOT, NULL_DEVICE, ZERO, FULL, RANDOM, DISK = 16 };

static const struct {
	const char *name;
	u64 node;
} devices[] = {{"null", NULL_DEVICE},
	       {"zero", ZERO},
	       {"full", FULL},
	       {"random", RANDOM},
	       {"urandom", RANDOM}};

static struct fs_node node_of(u64 id)
{
	if (id < DISK)
		return (struct fs_node){
			.id = id, .kind = id == ROOT ? KIND_DIRECTORY : KIND_CHARACTER};
	return (struct fs_node){
		.id = id,
		.kind = KIND_BLOCK,
		.bytes = disk_bytes((u32)(id - DISK)),
		.needs = DIR_RIGHT_MANAGE >> RIGHT_PROT_SHIFT};
}

static void disk_name(u32 number, char to[8])
{
	format(to, 8, number ? "disk%u" : "disk", number);
}

static enum microk_status devfs_lookup(struct fs *fs, u64 directory, struct fs_name name,
				       struct fs_node *out)
{
	char disk[8];

	(void)fs, (void)directory;
	for (u32 i = 0; i < ARRAY_LEN(devices); i++)
		if (name_is(name, devices[i].name)) {
			*out = node_of(devices[i].node);
			return OK;
		}
	for (u32 i = 0; i < DISKS_MAX; i++) {
		disk_name(i, disk);
		if (disk_bytes(i) && name_is(name, disk)) {
			*out = node_of(DISK + i);
			return OK;
		}
	}
	return ERR_NOT_FOUND;
}

static enum microk_status devfs_parent(struct fs *fs, u64 directory, struct fs_node *out)
{
	(void)fs, (void)directory;
	*out = node_of(ROOT);
	return OK;
}

static enum microk_status devfs_attributes(struct fs *fs, u64 node, struct fs_attributes *out)
{
	(void)fs;
	*out = (struct fs_attributes){
		.node = node_of(node),
		.mode = node == ROOT  ? 0555
			: node < DISK ? 0666
				      : 0400,
		.links = 1};
	return OK;
}

/* Devices have no times of their own, so setting them succeeds without effect, as for touch. */
static enum microk_status devfs_set(struct fs *fs, u64 node, u32 what,
				    const struct fs_attributes *to)
{
	(void)fs, (void)to;
	return node < DISK && !(what & ~(SET_ACCESSED | SET_MODIFIED)) ? OK : ERR_READ_ONLY;
}

static u32 devfs_ready(struct fs *fs, u64 node)
{
	(void)fs;
	return EVENT_WRITABLE | (node != RANDOM || random_is_ready() ? EVENT_READABLE : 0);
}

static enum microk_status devfs_read(struct fs *fs, u64 node, u64 offset, void *data, size_t size,
				     size_t *length)
{
	(void)fs;
	*length = node == NULL_DEVICE ? 0 : size;
	switch (node) {
	case NULL_DEVICE: return OK;
	case ZERO:
	case FULL: memset(data, 0, size); return OK;
	case RANDOM:
		if (!random_is_ready())
			return FS_WAIT;
		random_bytes(data, size);
		return OK;
	default: return disk_read((u32)(node - DISK), offset, data, size, length);
	}
}

static enum microk_status devfs_write(struct fs *fs, u64 node, u64 offset, const void *data,
				      size_t size, size_t *length)
{
	(void)fs, (void)offset;
	*length = size;
	switch (node) {
	case NULL_DEVICE:
	case ZERO: return OK;
	case RANDOM: random_mix(data, size); return OK;
	case FULL: return ERR_FULL;
	default: return ERR_READ_ONLY; /* vfs has the disk's content in its cache */
	}
}

/* A cookie is the number of the entries before it; a partition without sectors has none. */
static enum microk_status devfs_entry(struct fs *fs, u64 directory, u64 cookie,
				      struct fs_entry *out)
{
	(void)fs, (void)directory;
	for (; cookie < ARRAY_LEN(devices) + DISKS_MAX; cookie++) {
		out->next = cookie + 1;
		if (cookie < ARRAY_LEN(devices)) {
			out->node = node_of(devices[cookie].node);
			string_copy(out->name, sizeof(out->name), devices[cookie].name);
			return OK;
		}
		u32 number = (u32)(cookie - ARRAY_LEN(devices));
		if (disk_bytes(number) == 0)
			continue;
		out->node = node_of(DISK + number);
		disk_name(number, out->name);
		return OK;
	}
	return ERR_NOT_FOUND;
}

static const struct fs_ops devfs_ops = {
	.lookup = devfs_lookup,
	.parent = devfs_parent,
	.attributes = devfs_attributes,
	.set = devfs_set,
	.ready = devfs_ready,
	.read = devfs_read,
	.write = devfs_write,
	.entry = devfs_entry};
static struct fs devfs = {.name = "dev", .ops = &devfs_ops, .root = ROOT};

struct fs *devfs_open(void)
{
	return &devfs;
}
