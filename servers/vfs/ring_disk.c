#include "servers/vfs/ring_disk.h"
#include "gen/protocols/disk_client.h"
#include "protocols/disk_attached.h"
#include "lib/driver/ring_client.h"
#include "lib/microk/ipc.h"
#include "lib/microk/slots.h"
#include "lib/microk/startup.h"
#include "lib/microk/string.h"
#include "lib/microk/util.h"

#define SECTORS_OF_PAGE (PAGE_SIZE / DISK_SECTOR)
_Static_assert(DISK_SECTOR == RING_SECTOR, "both count in the same sectors");

/* A request of the cache. It takes several entries of the ring if its pages do not lie side by side. */
struct under_way {
	u64 tag;
	u32 entries; /* not done yet; 0: this one is free, or done */
	bool used;
	enum microk_status status;
};

static struct {
	struct disk disk;
	struct ring_user ring;
	struct under_way request[RING_ENTRIES];
	u8 request_of[RING_ENTRIES]; /* by entry of the ring */
	cap_t bell, own;
	u64 others;
} self;

static const struct startup_entry *part(const char *tail)
{
	char name[sizeof(((struct startup_entry *)0)->name)] = RING_DISK_NAME ".";

	string_copy(name + strlen(name), sizeof(name) - strlen(name), tail);
	return grant_entry(name);
}

static u32 free_entries(void)
{
	return RING_ENTRIES - (u32)__builtin_popcountl(self.ring.pending);
}

static void signal_driver(void)
{
	ipc(SYS_SIGNAL, self.bell, &(struct message){0});
}

/* The parts as runs of sectors of the pool, from part *next on, which it advances. Returns their number; *sectors is their sum. */
static u32 make_segments(const struct disk_request *r, u32 *next, struct ring_segment *to,
			 u32 *sectors)
{
	u32 count = 0;

	*sectors = 0;
	for (; *next < r->parts && *sectors < RING_SECTORS_MAX - SECTORS_OF_PAGE; ++*next) {
		const struct disk_part *p = &r->part[*next];
		u32 first = p->page * (u32)SECTORS_OF_PAGE + p->first;
		if (count && to[count - 1].first + to[count - 1].sectors == first)
			to[count - 1].sectors += p->sectors;
		else if (count == RING_SEGMENTS)
			break;
		else
			to[count++] = (struct ring_segment){first, p->sectors};
		*sectors += p->sectors;
	}
	return count;
}

/* How many entries the request takes. */
static u32 entries_of(const struct disk_request *r)
{
	struct ring_segment segments[RING_SEGMENTS];
	u32 next = 0, sectors, entries = 0;

	do {
		make_segments(r, &next, segments, &sectors);
		entries++;
	} while (next < r->parts);
	return entries;
}

static struct under_way *find_free(void)
{
	for (u32 i = 0; i < RING_ENTRIES; i++)
		if (!self.request[i].used)
			return &self.request[i];
	return NULL;
}

static enum ring_op op_of(enum disk_op op)
{
	return op == DISK_READ ? RING_READ : op == DISK_WRITE ? RING_WRITE : RING_FLUSH;
}

static bool start(struct disk *disk, const struct disk_request *r)
{
	struct ring_segment segments[RING_SEGMENTS];
	u32 next = 0, sectors, entries = entries_of(r);
	u64 sector = r->sector;
	struct under_way *w = entries <= free_entries() ? find_free() : NULL;

	(void)disk;
	if (!w)
		return false;
	*w = (struct under_way){.tag = r->tag, .used = true, .entries = entries, .status = OK};
	for (u32 i = 0; i < entries; i++) {
		u32 count = make_segments(r, &next, segments, &sectors);
		int entry = ring_submit(&self.ring, op_of(r->op), 0,
					r->op == DISK_FLUSH ? 0 : sector, sectors, segments, count);
		self.request_of[entry] = (u8)(w - self.request);
		sector += sectors;
	}
	signal_driver();
	return true;
}

static void wait_for_signal(void)
{
	struct message m = {0};

	if (ipc(SYS_WAIT, self.own, &m) == OK)
		self.others |= m.badge & ~RING_SIGNAL;
}

u64 ring_disk_other_signals(void)
{
	u64 others = self.others;

	self.others = 0;
	return others;
}

static bool finish(struct disk *disk, bool wait, struct disk_done *done)
{
	enum microk_status status;

	(void)disk;
	for (;;) {
		int entry = ring_take_answer(&self.ring, &status);
		if (entry < 0) {
			if (!wait || !self.ring.pending)
				return false;
			wait_for_signal();
			continue;
		}
		struct under_way *w = &self.request[self.request_of[entry]];
		if (!w->used)
			continue; /* of an instance before this one */
		if (status != OK)
			w->status = status;
		if (--w->entries > 0)
			continue;
		*done = (struct disk_done){.tag = w->tag, .status = w->status};
		w->used = false;
		return true;
	}
}

void *ring_disk_pool(u64 *pages, cap_t *first)
{
	const struct startup_entry *pool = part("pages");

	*pages = pool ? pool->pages : 0;
	*first = pool ? pool->slot : 0;
	return pool ? (void *)pool->address : NULL;
}

/* Replaces *disk, a capability to the whole disk, by one to the partition. */
static enum microk_status open_partition(cap_t *disk, u32 number)
{
	cap_t slot = slot_alloc();
	enum microk_status status;

	if (!slot)
		return ERR_LIMIT;
	do
		status = disk_open(*disk, number, slot);
	while (status == ERR_PEER_DIED);
	*disk = slot;
	return status;
}

bool ring_disk_has_partitions(void)
{
	struct disk_partition_result first;

	return disk_partition(grant_find(RING_DISK_NAME), 1, &first) == OK;
}

enum microk_status ring_disk_open(u32 partition, struct disk **out)
{
	const struct startup_entry *requests = part("requests"), *answers = part("answers"),
				   *bell = part("bell");
	cap_t disk = grant_find(RING_DISK_NAME);
	struct disk_geometry_result geometry;
	struct disk_done none;

	self.own = grant_find("wake");
	if (!requests || !answers || !bell || !disk || !self.own)
		return ERR_NOT_FOUND;
	self.bell = bell->slot;
	ring_user_open(&self.ring, (volatile void *)requests->address,
		       (const volatile void *)answers->address);
	enum microk_status status = partition ? open_partition(&disk, partition) : OK;
	if (status == OK)
		status = disk_attached(disk, &geometry);
	if (status != OK)
		return status;
	signal_driver();
	while (finish(&self.disk, true, &none))
		;
	self.disk = (struct disk){
		.sectors = geometry.sectors,
		.read_only = geometry.flags & 1,
		.start = start,
		.finish = finish};
	*out = &self.disk;
	return OK;
}
