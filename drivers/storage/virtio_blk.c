/*
 * The device is not trusted: an index, an id or a length that it writes is checked before it is used, and it can end a piece once
 * only.
 */
#include "drivers/storage/virtio_blk.h"
#include "lib/device/virtio_pci.h"
#include "lib/microk/print.h"
#include "lib/microk/string.h"

enum {
	F_SIZE_MAX = 1,
	F_SEG_MAX = 2,
	F_READ_ONLY = 5,
	F_BLOCK_SIZE = 6,
	F_FLUSH = 9,
	F_DISCARD = 13
};

enum {
	CAPACITY = 0,
	SIZE_MAX_ = 8,
	SEG_MAX = 12,
	BLOCK_SIZE = 20,
	DISCARD_SECTORS = 36,
	DISCARD_SEGMENTS = 40
};

enum { T_IN = 0, T_OUT = 1, T_FLUSH = 4, T_DISCARD = 11 };
enum { S_OK = 0, S_IO = 1, S_UNSUPPORTED = 2, S_NONE = 0xff };

#define SECTORS_END (1ul << 54) /* of 2^63 bytes */

/* A request's head; a discard's range follows as data. */
struct head {
	u32 type, reserved;
	u64 sector;
};

struct discard {
	u64 sector;
	u32 sectors, flags;
};

#define CHAIN (DISK_PARTS + 2) /* descriptors of a piece, with its head and its status */

/* The grant "dma". */
struct memory {
	struct virtio_descriptor descriptor[VIRTIO_QUEUE_MAX];
	struct virtio_available available __attribute__((aligned(4096)));
	struct virtio_used used __attribute__((aligned(4096)));
	struct head head[DISK_TAGS] __attribute__((aligned(4096)));
	struct discard discard[DISK_TAGS];
	u8 status[DISK_TAGS];
	struct virtio_descriptor chain[DISK_TAGS][64] __attribute__((aligned(4096)));
};

_Static_assert(CHAIN <= 64, "a chain fits its table");

static struct device *device;
static struct virtio virtio;
static volatile struct memory *memory;
static bool has_indirect;
static u16 entries;
static u16 available, used; /* indices as far as they were filled and read */
/* Without indirect tables: the descriptors that are free, and the first of each tag's chain. */
static u16 free_list[VIRTIO_QUEUE_MAX];
static u32 free_count;
static u16 next_of
	[VIRTIO_QUEUE_MAX]; /* of the descriptors in a chain: the device could change its copy */
/* Of each tag. */
static struct {
	bool in_flight;
	u16 first, count; /* of its chain in the queue */
	u32 writes;       /* bytes that the device may write, with the status */
} tags[DISK_TAGS];
static u8 tag_of[VIRTIO_QUEUE_MAX]; /* by the first descriptor of a chain in the queue */

static u64 address_of(const volatile void *at)
{
	return device->memory_address + (u64)((const volatile u8 *)at - (volatile u8 *)memory);
}

/* ---- Start ---- */

static bool offers(u64 features, u32 bit)
{
	return features >> bit & 1;
}

static void read_limits(struct disk_info *info, u64 features)
{
	u64 part_bytes = offers(features, F_SIZE_MAX) ? virtio_config(&virtio, SIZE_MAX_, 4) : 0;
	u64 parts = offers(features, F_SEG_MAX) ? virtio_config(&virtio, SEG_MAX, 4) : 1;
	u64 discard = offers(features, F_DISCARD) ? virtio_config(&virtio, DISCARD_SECTORS, 4) : 0;

	if (!has_indirect)
		parts = MIN(parts, (u64)entries - 2);
	info->limits = (struct disk_limits){
		.parts = (u32)MIN(MAX(parts, 1ul), (u64)DISK_PARTS),
		.part_bytes =
			part_bytes < info->block
				? 1u << 30
				: (u32)ALIGN_DOWN(MIN(part_bytes, 1ul << 30), (u64)info->block),
		.sectors = 1u << 20,
		.discard_sectors = (u32)discard,
	};
}

static enum microk_status read_info(struct disk_info *info, u64 features)
{
	info->kind = "virtio-blk";
	info->sectors = virtio_config(&virtio, CAPACITY, 8);
	info->block = offers(features, F_BLOCK_SIZE) ? (u32)virtio_config(&virtio, BLOCK_SIZE, 4)
						     : (u32)DISK_SECTOR;
	info->is_read_only = offers(features, F_READ_ONLY);
	info->has_cache = offers(features, F_FLUSH);
	info->discards =
		offers(features, F_DISCARD) && virtio_config(&virtio, DISCARD_SEGMENTS, 4) > 0 &&
		virtio_config(&virtio, DISCARD_SECTORS, 4) > 0;
	read_limits(info, features);
	if (info->block < DISK_SECTOR || (info->block & (info->block - 1)) ||
	    info->block > PAGE_SIZE || info->sectors >= SECTORS_END) {
		print("storage: the device states a block of %u bytes and %lu sectors, which is "
		      "not possible\n",
		      info->block, info->sectors);
		return ERR_IO;
	}
	return OK;
}

static enum microk_status negotiate(u64 *features)
{
	return virtio_features(
		&virtio,
		1ul << F_SIZE_MAX | 1ul << F_SEG_MAX | 1ul << F_READ_ONLY | 1ul << F_BLOCK_SIZE |
			1ul << F_FLUSH | 1ul << F_DISCARD | 1ul << VIRTIO_F_INDIRECT,
		features);
}

static void forget_all(void)
{
	memset((void *)memory, 0, sizeof(*memory));
	memset(tags, 0, sizeof(tags));
	available = used = 0;
	free_count = entries;
	for (u16 i = 0; i < entries; i++)
		free_list[i] = (u16)(entries - 1 - i);
}

static enum microk_status start(struct disk_info *info)
{
	u64 features;
	enum microk_status status = device_master(device, false);

	if (status == OK)
		status = virtio_reset(&virtio);
	/* From here on the device reaches no memory that it had from an earlier start. */
	if (status == OK && !memory) {
		status = device_map_memory(device, sizeof(struct memory) + DISK_SPARE, "112K");
		memory = (volatile struct memory *)device->memory;
	}
	if (status == OK)
		status = negotiate(&features);
	if (status != OK)
		return status;
	has_indirect = offers(features, VIRTIO_F_INDIRECT);
	entries = VIRTIO_QUEUE_MAX;
	forget_all();
	status = virtio_queue(&virtio, address_of(memory->descriptor),
			      address_of(&memory->available), address_of(&memory->used), &entries);
	if (status == OK)
		status = read_info(info, features);
	forget_all(); /* with the number of entries that the device has */
	if (status == OK)
		status = device_master(device, true);
	return status == OK ? virtio_go(&virtio) : status;
}

enum microk_status virtio_blk_open(struct device *d, cap_t badged)
{
	enum microk_status status = virtio_find(&virtio, d, true);

	device = d;
	if (status == OK)
		status = virtio_reset(&virtio);
	return status == OK ? device_message(d, badged) : status;
}

/* ---- Submitting ---- */

static void put(volatile struct virtio_descriptor *d, u64 address, u32 bytes, u16 flags)
{
	d->address = address;
	d->bytes = bytes;
	d->flags = flags;
}

/* The descriptors of a piece, in its own table: head, data, status. Returns their number. */
static u16 make_chain(u32 tag, const struct disk_piece *p)
{
	volatile struct virtio_descriptor *chain = memory->chain[tag];
	static const u32 types[] = {
		[DISK_READ] = T_IN,
		[DISK_WRITE] = T_OUT,
		[DISK_FLUSH] = T_FLUSH,
		[DISK_DISCARD] = T_DISCARD};
	u16 data = p->op == DISK_READ ? VIRTIO_DEVICE_WRITES : 0, n = 0;

	memory->head[tag].type = types[p->op];
	memory->head[tag].reserved = 0;
	memory->head[tag].sector = p->op == DISK_READ || p->op == DISK_WRITE ? p->sector : 0;
	memory->status[tag] = S_NONE;
	put(&chain[n++], address_of(&memory->head[tag]), sizeof(struct head), 0);
	if (p->op == DISK_DISCARD) {
		memory->discard[tag].sector = p->sector;
		memory->discard[tag].sectors = p->sectors;
		memory->discard[tag].flags = 0;
		put(&chain[n++], address_of(&memory->discard[tag]), sizeof(struct discard), 0);
	}
	tags[tag].writes = 1;
	for (u32 i = 0; i < p->parts; i++) {
		put(&chain[n++], p->part[i].address, p->part[i].bytes, data);
		tags[tag].writes += data ? p->part[i].bytes : 0;
	}
	put(&chain[n++], address_of(&memory->status[tag]), 1, VIRTIO_DEVICE_WRITES);
	for (u16 i = 0; i + 1 < n; i++) {
		chain[i].flags |= VIRTIO_NEXT;
		chain[i].next = (u16)(i + 1);
	}
	return n;
}

/* Copies the chain into the queue's own descriptors. */
static u16 place_direct(u32 tag, u16 count)
{
	u16 next = 0;

	for (u16 i = count; i-- > 0;) {
		u16 at = free_list[--free_count];
		volatile struct virtio_descriptor *from = &memory->chain[tag][i];

		put(&memory->descriptor[at], from->address, from->bytes, from->flags);
		memory->descriptor[at].next = next_of[at] = next;
		next = at;
	}
	return next;
}

static u16 place_indirect(u32 tag, u16 count)
{
	u16 at = free_list[--free_count];

	put(&memory->descriptor[at], address_of(memory->chain[tag]),
	    count * (u32)sizeof(struct virtio_descriptor), VIRTIO_INDIRECT);
	return at;
}

/* The descriptors of the chain are free again. */
static void release(u32 tag)
{
	u16 at = tags[tag].first;

	for (u16 i = 0; i < tags[tag].count; i++) {
		free_list[free_count++] = at;
		at = next_of[at];
	}
	tags[tag].in_flight = false;
}

static void kick(void)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	*virtio.bell = 0;
}

/* EXERCISE 3.4 virtio-submit-and-complete: begin */
static bool submit(u32 tag, const struct disk_piece *piece)
{
	u32 chain = piece->parts + (piece->op == DISK_DISCARD ? 3 : 2);

	if (free_count < (has_indirect ? 1 : chain))
		return false;
	u16 count = make_chain(tag, piece);
	u16 first = has_indirect ? place_indirect(tag, count) : place_direct(tag, count);

	tags[tag].in_flight = true;
	tags[tag].first = first;
	tags[tag].count = has_indirect ? 1 : count;
	tag_of[first] = (u8)tag;
	memory->available.ring[available++ % entries] = first;
	/* The chain is complete before the device can find it. */
	__atomic_thread_fence(__ATOMIC_RELEASE);
	memory->available.index = available;
	return true;
}

static enum microk_status status_of(u32 tag, u32 bytes)
{
	switch (memory->status[tag]) {
	case S_OK: return bytes == tags[tag].writes ? OK : ERR_IO;
	case S_UNSUPPORTED: return ERR_METHOD;
	default: return ERR_IO;
	}
}

static bool poll(disk_ended *ended)
{
	for (;;) {
		u16 index = memory->used.index;

		if ((u16)(index - used) > entries)
			return false;
		if (index == used)
			return true;
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		u32 id = memory->used.ring[used % entries].id;
		u32 bytes = memory->used.ring[used % entries].bytes;
		u32 tag = id < entries ? tag_of[id] : 0;
		if (id >= entries || !tags[tag].in_flight || tags[tag].first != id)
			return false;
		used++;
		enum microk_status status = status_of(tag, bytes);
		release(tag);
		ended(tag, status);
	}
}
/* EXERCISE 3.4 virtio-submit-and-complete: end */

const struct disk_driver virtio_blk = {
	.start = start, .submit = submit, .kick = kick, .poll = poll};
