/* The machine of kit.h. */
#include "kit.h"
#include "lib/state/state.h"
#include "tests/host/check.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define QUEUE 24u

struct disk kit_disk;
u8 *kit_image;
u64 kit_image_bytes;
bool kit_records;
struct kit_write *kit_log;
u32 kit_log_count;
static u32 log_room;
u64 kit_bad_sector, kit_bad_sectors, kit_seed, kit_time = 1700000000ul * 1000000000;
bool kit_bad_reads, kit_bad_writes;
char kit_reports[8192];
u32 kit_report_count;

static struct {
	struct disk_request r;
	struct disk_part part[DISK_PARTS_MOST];
} queue[QUEUE];
static u32 queued;
static u8 *pool_now;
static u64 random_state = 1;

void kit_log_reset(void)
{
	for (u32 n = 0; n < kit_log_count; n++)
		free(kit_log[n].data);
	kit_log_count = 0;
}

static void record(const struct disk_request *r)
{
	struct kit_write *w;
	u64 at = 0;

	if (!kit_records || r->op == DISK_READ)
		return;
	if (kit_log_count == log_room) {
		log_room = log_room ? log_room * 2 : 256;
		kit_log = realloc(kit_log, log_room * sizeof(*kit_log));
	}
	w = &kit_log[kit_log_count++];
	*w = (struct kit_write){.op = r->op, .sector = r->sector};
	for (u32 n = 0; n < r->parts; n++)
		w->bytes += r->part[n].sectors * 512ul;
	w->data = malloc(w->bytes + 1);
	for (u32 n = 0; n < r->parts; n++) {
		const struct disk_part *p = &r->part[n];

		memcpy(w->data + at, pool_now + p->page * PAGE_SIZE + p->first * 512ul,
		       p->sectors * 512ul);
		at += p->sectors * 512ul;
	}
}

static bool disk_start(struct disk *disk, const struct disk_request *r)
{
	u64 sectors = 0;

	(void)disk;
	if (queued == QUEUE)
		return false;
	for (u32 n = 0; n < r->parts; n++) {
		const struct disk_part *p = &r->part[n];

		if (!p->sectors || p->first + p->sectors > 8) {
			printf("a part outside of its page\n");
			abort();
		}
		sectors += p->sectors;
	}
	if (r->sector + sectors > kit_disk.sectors || r->parts > DISK_PARTS_MOST ||
	    (r->op != DISK_FLUSH) != (r->parts > 0) || (disk->read_only && r->op != DISK_READ)) {
		printf("a request that no disk takes: op %d, sector %lu, %u parts\n", r->op,
		       r->sector, r->parts);
		abort();
	}
	queue[queued].r = *r;
	if (r->parts)
		memcpy(queue[queued].part, r->part, r->parts * sizeof(*r->part));
	queue[queued].r.part = NULL;
	queued++;
	return true;
}

static bool is_bad(const struct disk_request *r, u64 sectors)
{
	bool bad = r->sector < kit_bad_sector + kit_bad_sectors &&
		   r->sector + sectors > kit_bad_sector;

	return bad &&
	       ((r->op == DISK_READ && kit_bad_reads) || (r->op == DISK_WRITE && kit_bad_writes));
}

/* The bytes move when the request is done: so a page that is changed meanwhile shows it. */
static enum microk_status carry_out(u32 n)
{
	struct disk_request *r = &queue[n].r;
	u64 at = r->sector * 512, sectors = 0;

	r->part = queue[n].part;
	for (u32 i = 0; i < r->parts; i++)
		sectors += r->part[i].sectors;
	if (is_bad(r, sectors))
		return ERR_IO;
	record(r);
	for (u32 i = 0; i < r->parts; i++) {
		const struct disk_part *p = &r->part[i];
		u8 *page = pool_now + p->page * PAGE_SIZE + p->first * 512ul;

		if (r->op == DISK_READ)
			memcpy(page, kit_image + at, p->sectors * 512ul);
		else
			memcpy(kit_image + at, page, p->sectors * 512ul);
		at += p->sectors * 512ul;
	}
	return OK;
}

static bool disk_finish(struct disk *disk, bool wait, struct disk_done *done)
{
	u32 n = 0;

	(void)disk;
	if (!queued || (!wait && kit_seed && random_next(&random_state) % 2))
		return false;
	if (kit_seed)
		n = (u32)(random_next(&random_state) % queued);
	done->status = carry_out(n);
	done->tag = queue[n].r.tag;
	queued--;
	memmove(&queue[n], &queue[n + 1], (queued - n) * sizeof(*queue));
	return true;
}

void kit_load(const char *path)
{
	FILE *f = fopen(path, "rb");

	if (!f) {
		perror(path);
		exit(2);
	}
	fseek(f, 0, SEEK_END);
	kit_image_bytes = (u64)ftell(f);
	rewind(f);
	free(kit_image);
	kit_image = malloc(kit_image_bytes + 1);
	if (fread(kit_image, 1, kit_image_bytes, f) != kit_image_bytes)
		exit(2);
	fclose(f);
	kit_disk = (struct disk){
		.sectors = kit_image_bytes / 512, .start = disk_start, .finish = disk_finish};
}

void kit_store(const char *path)
{
	FILE *f = fopen(path, "wb");

	if (!f || fwrite(kit_image, 1, kit_image_bytes, f) != kit_image_bytes || fclose(f)) {
		perror(path);
		exit(2);
	}
}

static void waits_sleep(struct waits *w, const void *on)
{
	struct kit *k = (struct kit *)((u8 *)w - offsetof(struct kit, waits));

	(void)on;
	if (!queued) {
		printf("a wait that nothing ends\n");
		abort();
	}
	cache_poll(&k->cache, 0, true);
}

static void waits_wake(struct waits *w, const void *on)
{
	(void)w, (void)on;
}

static u64 waits_self(struct waits *w)
{
	(void)w;
	return 1;
}

static u64 clock_now(void)
{
	return kit_time += 1000000;
}

static void report(const char *text, u64 number)
{
	size_t used = strlen(kit_reports);

	kit_report_count++;
	snprintf(kit_reports + used, sizeof(kit_reports) - used, "%s: %lu\n", text, number);
}

void kit_begin(struct kit *k, u32 pages)
{
	*k = (struct kit){.pages = pages};
	k->pool = aligned_alloc(PAGE_SIZE, (u64)pages * PAGE_SIZE);
	memset(k->pool, 0xa5, (u64)pages * PAGE_SIZE);
	k->state = calloc(1, cache_state_bytes(pages) + sizeof(struct ext2_words) + 64);
	k->private = malloc(cache_private_bytes(pages));
	k->fs_private = malloc(ext2_private_bytes(KIT_NODES, KIT_NAMES));
	k->waits = (struct waits){.sleep = waits_sleep, .wake = waits_wake, .self = waits_self};
}

void kit_free(struct kit *k)
{
	free(k->pool);
	free(k->state);
	free(k->private);
	free(k->fs_private);
}

/* Requests of an instance that ended have ended, some without an effect: no instance has their results. */
static void drop_some(void)
{
	u32 n = 0;

	while (kit_seed && n < queued)
		if (random_next(&random_state) % 2)
			n++;
		else
			memmove(&queue[n], &queue[n + 1], (--queued - n) * sizeof(*queue));
}

/* A successor's first act, or a test's last one. */
void kit_settle(struct kit *k)
{
	struct disk_done done;

	pool_now = k->pool;
	while (disk_finish(&kit_disk, true, &done))
		;
}

enum microk_status kit_mount(struct kit *k)
{
	struct cache_memory m = {
		.pool = k->pool,
		.pages = k->pages,
		.state = k->state,
		.extra = sizeof(struct ext2_words) + 64,
		.private = k->private};
	struct ext2_plan plan = {
		.cache = &k->cache,
		.disk = &kit_disk,
		.nodes = KIT_NODES,
		.names = KIT_NAMES,
		.private = k->fs_private,
		.read_only = k->read_only,
		.clock = clock_now,
		.report = report};

	drop_some();
	kit_settle(k);
	memset(k->private, 0x5a, cache_private_bytes(k->pages));
	memset(k->fs_private, 0x5a, ext2_private_bytes(KIT_NODES, KIT_NAMES));
	cache_start(&k->cache, &m, &k->waits);
	plan.words = cache_extra(&k->cache);
	return ext2_mount(&plan, &k->fs);
}

enum microk_status kit_unmount(struct kit *k)
{
	enum microk_status status = ext2_unmount(k->fs);

	for (u32 at = 0; at < k->pages; at++)
		if (k->cache.info[at].pins || k->cache.words[at].word) {
			printf("page %u is still in use after the unmount: word %lx, key %lx, %u "
			       "pins\n",
			       at, k->cache.words[at].word, k->cache.words[at].key,
			       k->cache.info[at].pins);
			abort();
		}
	return status;
}

static enum microk_status move_to(struct ext2_bytes *b, u64 at, void *page, u64 bytes)
{
	memcpy(((struct kit_buffer *)b)->data + at, page, bytes);
	return OK;
}

static enum microk_status move_from(struct ext2_bytes *b, u64 at, void *page, u64 bytes)
{
	memcpy(page, ((struct kit_buffer *)b)->data + at, bytes);
	return OK;
}

struct kit_buffer kit_to(void *data)
{
	return (struct kit_buffer){.bytes.move = move_to, .data = data};
}

struct kit_buffer kit_from(const void *data)
{
	return (struct kit_buffer){.bytes.move = move_from, .data = (u8 *)data};
}

enum microk_status kit_read(struct kit *k, u64 id, u64 offset, u64 size, void *data, u64 *done)
{
	struct kit_buffer b = kit_to(data);

	return ext2_read(k->fs, id, offset, size, &b.bytes, done);
}

enum microk_status kit_write_all(struct kit *k, u64 id, u64 offset, u64 size, const void *data,
				 u64 *done)
{
	*done = 0;
	while (*done < size) {
		struct kit_buffer b = kit_from((const u8 *)data + *done);
		u64 part;
		enum microk_status status =
			ext2_write(k->fs, id, offset + *done, size - *done, &b.bytes, &part);

		if (status != OK)
			return status;
		*done += part;
	}
	return OK;
}

struct fs_name kit_name(const char *text)
{
	return (struct fs_name){text, strlen(text)};
}

enum microk_status kit_lookup(struct kit *k, const char *path, u64 *id, u32 *kind)
{
	*id = k->fs->root;
	*kind = KIND_DIRECTORY;
	while (*path) {
		size_t length = strcspn(path, "/");
		struct fs_node node;
		enum microk_status status;

		if (length) {
			status = ext2_lookup(k->fs, *id, (struct fs_name){path, length}, &node);
			if (status != OK)
				return status;
			*id = node.id;
			*kind = node.kind;
		}
		path += length + (path[length] == '/');
	}
	return OK;
}

u32 kit_crc(u32 crc, const void *data, u64 bytes)
{
	static u32 table[256];
	const u8 *p = data;

	if (!table[1])
		for (u32 n = 0; n < 256; n++) {
			table[n] = n;
			for (u32 bit = 0; bit < 8; bit++)
				table[n] = table[n] >> 1 ^ (table[n] & 1 ? 0xedb88320u : 0);
		}
	for (crc = ~crc; bytes--; p++)
		crc = crc >> 8 ^ table[(crc ^ *p) & 0xff];
	return ~crc;
}
