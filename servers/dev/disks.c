#include "servers/dev/disks.h"
#include "gen/protocols/disk_client.h"
#include "protocols/disk_attached.h"
#include "lib/driver/ring_client.h"
#include "lib/fileserver/fs.h"
#include "lib/microk/startup.h"
#include "lib/microk/string.h"
#include "lib/microk/util.h"

#define BUFFERS_MAX 32u
#define BUFFER_SECTORS 32u /* of 16 KiB */
#define FRESH_PART 100     /* an answer that no client fetches within a second's part is old */

enum use { UNUSED, READING, READ };

/* A part of the ring's page pool. Buffer i has the sectors from i * BUFFER_SECTORS on. */
struct buffer {
	enum use use;
	u64 sector; /* of the whole disk */
	u32 sectors;
	enum microk_status status;
	u64 at; /* READ: the tick at which the answer came */
};

static struct {
	struct ring_user ring;
	u64 inherited; /* entries of an instance before this one that are not answered: their data still comes */
	struct buffer buffer[BUFFERS_MAX];
	u8 buffer_of[RING_ENTRIES];
	u32 buffers;
	const u8 *pool;
	cap_t bell;
	u64 fresh; /* ticks */
	u32 align; /* sectors of the device's block */
	struct {
		u64 first, sectors;
	} disk[DISKS_MAX];
} self;

static const struct startup_entry *part(const char *name)
{
	const struct startup_entry *e = grant_entry(name);

	return e && (e->slot || e->address) ? e : NULL;
}

static void find_partitions(cap_t disk)
{
	struct disk_partition_result p;
	enum microk_status status = OK;

	for (u32 i = 1; i < DISKS_MAX && status == OK; i++) {
		do
			status = disk_partition(disk, i, &p);
		while (status == ERR_PEER_DIED); /* the stub gives up after three deaths */
		if (status != OK)
			break;
		self.disk[i].first = p.first;
		self.disk[i].sectors = p.sectors;
	}
}

void disks_open(cap_t own, u64 tsc_hz)
{
	const struct startup_entry *requests = part("disk.requests"),
				   *answers = part("disk.answers"), *pages = part("disk.pages"),
				   *bell = part("disk.bell"), *disk = part("disk");
	struct disk_geometry_result geometry;

	if (!own || !requests || !answers || !pages || !bell || !disk ||
	    disk_attached(disk->slot, &geometry) != OK)
		return;
	ring_user_open(&self.ring, (volatile void *)requests->address,
		       (const volatile void *)answers->address);
	self.inherited = self.ring.pending;
	self.bell = bell->slot;
	self.pool = (const u8 *)pages->address;
	self.buffers = (u32)MIN(
		BUFFERS_MAX, pages->pages * PAGE_SIZE / ((u64)BUFFER_SECTORS * RING_SECTOR));
	self.fresh = tsc_hz / FRESH_PART;
	self.align = MAX(1u, geometry.block / RING_SECTOR);
	if (self.buffers == 0 || self.align > BUFFER_SECTORS)
		return;
	self.disk[0].sectors = geometry.sectors;
	find_partitions(disk->slot);
	ipc(SYS_SIGNAL, self.bell, &(struct message){0});
}

u64 disk_bytes(u32 number)
{
	return number < DISKS_MAX ? self.disk[number].sectors * RING_SECTOR : 0;
}

void disks_answered(void)
{
	enum microk_status status;
	int entry;

	while ((entry = ring_take_answer(&self.ring, &status)) >= 0) {
		struct buffer *b = &self.buffer[self.buffer_of[entry]];
		u64 bit = 1ul << entry;
		if (self.inherited & bit) {
			self.inherited &= ~bit;
			continue;
		}
		b->use = READ;
		b->status = status;
		b->at = tsc_read();
	}
}

static bool is_old(const struct buffer *b)
{
	return b->use == READ && tsc_read() - b->at > self.fresh;
}

static struct buffer *find(u64 sector, u32 sectors)
{
	for (u32 i = 0; i < self.buffers; i++) {
		struct buffer *b = &self.buffer[i];
		if (b->use != UNUSED && b->sector == sector && b->sectors == sectors && !is_old(b))
			return b;
	}
	return NULL;
}

/*
 * self.buffers: there is none, but an answer comes, after which the request is repeated. If no answer comes, each request
 * that waited for one has been repeated, and the answers that are left are those of clients that have given up: one of
 * these makes room.
 */
static u32 find_room(void)
{
	u32 room = self.buffers;
	bool comes = self.inherited != 0;

	for (u32 i = 0; i < self.buffers; i++) {
		const struct buffer *b = &self.buffer[i];
		if (b->use == UNUSED || is_old(b))
			return i;
		if (b->use == READ)
			room = i;
		else
			comes = true;
	}
	return comes ? self.buffers : room;
}

static void start(u64 sector, u32 sectors)
{
	u32 i = find_room();

	if (i == self.buffers || self.inherited)
		return;
	const struct ring_segment segment = {i * BUFFER_SECTORS, sectors};
	int entry = ring_submit(&self.ring, RING_READ, 0, sector, sectors, &segment, 1);
	if (entry < 0)
		return;
	self.buffer[i] = (struct buffer){.use = READING, .sector = sector, .sectors = sectors};
	self.buffer_of[entry] = (u8)i;
	ipc(SYS_SIGNAL, self.bell, &(struct message){0});
}

enum microk_status disk_read(u32 number, u64 offset, void *to, size_t size, size_t *length)
{
	u64 bytes = disk_bytes(number);

	*length = 0;
	if (number >= DISKS_MAX || offset >= bytes || size == 0)
		return OK;
	u64 from = self.disk[number].first * RING_SECTOR + offset,
	    end = from + MIN(size, bytes - offset);
	u64 block = (u64)self.align * RING_SECTOR, first = from / block * block;
	u64 last = MIN(ALIGN_UP(end, block), first + (u64)BUFFER_SECTORS * RING_SECTOR);
	u64 sector = first / RING_SECTOR;
	u32 sectors = (u32)((last - first) / RING_SECTOR);
	struct buffer *b = find(sector, sectors);
	if (!b)
		start(sector, sectors);
	if (!b || b->use != READ)
		return FS_WAIT;
	b->use = UNUSED;
	if (b->status != OK)
		return b->status;
	*length = MIN(end, last) - from;
	memcpy(to, self.pool + (u64)(b - self.buffer) * BUFFER_SECTORS * RING_SECTOR + from - first,
	       *length);
	return OK;
}
