/*
 * One thread serves. A read of a file whose page is absent is put aside and begun again after the disk's answer, so the requests
 * after it are served meanwhile. All else that needs the disk waits for it here: look-ups, changes, sync (docs/waiting.md).
 *
 * Weighed: a coroutine for each waiting request, which servers/vfs/waits.h is made for (Hurd's diskfs has a thread for each). It
 * needs a stack for each, and a change's lock to be held by a request that waits.
 */
#include "servers/vfs/diskfs.h"
#include "lib/fileserver/serve.h"
#include "lib/fileserver/waiting.h"
#include "lib/microk/memory.h"
#include "lib/microk/print.h"
#include "lib/microk/startup.h"
#include "lib/microk/string.h"
#include "lib/microk/ticker.h"
#include "lib/microk/util.h"
#include "servers/vfs/cache/change.h"
#include "servers/vfs/ext2/ext2.h"
#include "servers/vfs/ring_disk.h"

#define NODES (DESCRIPTIONS_MAX + 64)
#define NAMES 16384
#define SIGNAL_TICK 1 /* beside RING_SIGNAL */

/* After the cache's own words, in memory that outlives the instance. */
struct disk_words {
	struct state_vote vote;
	struct ext2_words ext2;
};

static struct {
	struct cache cache;
	struct disk *disk;
	struct disk_words *words;
	struct fs *fs;
	const struct microk_info *info;
} self;

/* ---- Time ---- */

static u64 nanoseconds(u64 ticks)
{
	u64 hz = self.info->tsc_hz;

	return hz ? ticks / hz * 1000000000 + ticks % hz * 1000000000 / hz : 0;
}

static u64 since_boot(void)
{
	return nanoseconds(tsc_read() - self.info->boot_tsc);
}

static u64 clock(void)
{
	return self.info->boot_date * 1000000000 + since_boot();
}

/* ---- Waiting ---- */

static void sleep_for(struct waits *w, const void *on)
{
	(void)w, (void)on;
	cache_poll(&self.cache, 0, true);
	if (waiting_count())
		fileserver_wake(1); /* the answer can be theirs, and its signal is taken */
	if (ring_disk_other_signals() & SIGNAL_TICK) {
		ticker_came(); /* it comes at a better time */
		ticker_ask();
	}
}

static void wake(struct waits *w, const void *on)
{
	(void)w, (void)on;
}

static bool may_go_aside(struct waits *w, bool starts)
{
	(void)w;
	return fileserver_may_wait(starts);
}

static u64 only_worker(struct waits *w)
{
	(void)w;
	return 1;
}

static struct waits waits = {
	.sleep = sleep_for, .wake = wake, .self = only_worker, .aside = may_go_aside};

/* ---- Changes and transactions ---- */

static enum microk_status commit(const struct state_vote *vote)
{
	if (!ext2_is_changing(self.fs))
		return OK;
	if (vote->generation)
		change_write(&self.cache, &self.words->vote, vote, sizeof(*vote));
	ticker_ask();
	return ext2_commit(self.fs);
}

static void undo(void)
{
	if (ext2_is_changing(self.fs))
		ext2_abort(self.fs);
}

u64 diskfs_work(u64 bits)
{
	cache_poll(&self.cache, 0, false);
	if (bits & SIGNAL_TICK) {
		ticker_came();
		ext2_tick(self.fs, since_boot());
	}
	if (ext2_is_behind(self.fs))
		ticker_ask();
	return 0;
}

/* ---- Start ---- */

static void report(const char *text, u64 number)
{
	print("%s: the disk's file system: %s (%lu)\n", startup->program, text, number);
}

static enum microk_status make_private(u64 bytes, void **at)
{
	return memory_make(ALIGN_UP(bytes, PAGE_SIZE) / PAGE_SIZE, NULL, at);
}

static enum microk_status start_cache(struct pool_frames *pool)
{
	const struct startup_entry *kept = grant_entry("cache");
	u64 pages;
	struct cache_memory m = {
		.pool = ring_disk_pool(&pages, &pool->first), .extra = sizeof(struct disk_words)};

	pool->pages = FRAME_MAX_PAGES;
	m.pages = (u32)pages;
	m.state = kept ? (void *)kept->address : NULL;
	if (!kept || cache_state_bytes(m.pages) + m.extra > (u64)kept->pages * PAGE_SIZE) {
		print("%s: the page cache needs a line \"frames cache %luK\" in system.conf\n",
		      startup->program,
		      ALIGN_UP(cache_state_bytes(m.pages) + m.extra, PAGE_SIZE) / 1024);
		return ERR_NOT_FOUND;
	}
	enum microk_status status = make_private(cache_private_bytes(m.pages), &m.private);
	if (status != OK)
		return status;
	cache_start(&self.cache, &m, &waits);
	self.words = cache_extra(&self.cache);
	return OK;
}

static enum microk_status mount(void)
{
	struct ext2_plan plan = {
		.cache = &self.cache,
		.disk = self.disk,
		.words = &self.words->ext2,
		.nodes = NODES,
		.names = NAMES,
		.clock = clock,
		.report = report};
	enum microk_status status = make_private(ext2_private_bytes(NODES, NAMES), &plan.private);

	return status == OK ? ext2_mount(&plan, &self.fs) : status;
}

/* `make reset-disk` makes a new image without partitions, so it does not help a disk that has some. */
static void report_unusable(u32 partition, enum microk_status status)
{
	const char *text = status_text(status);

	if (status == ERR_MEMORY)
		print("%s: the disk's file system is not used: %s; give the machine more memory, "
		      "or raise its \"memory\" in system.conf\n",
		      startup->program, text);
	else if (partition)
		print("%s: partition %u has no file system that can be used (%s); mke2fs makes "
		      "one, or \"arguments partition=N\" in system.conf names another partition\n",
		      startup->program, partition, text);
	else if (ring_disk_has_partitions())
		print("%s: the whole disk is not a file system (%s), but it has partitions; "
		      "\"arguments partition=N\" in system.conf names the one to use\n",
		      startup->program, text);
	else
		print("%s: the disk has no file system that can be used (%s); `make reset-disk` "
		      "makes a new image\n",
		      startup->program, text);
}

enum microk_status diskfs_open(const struct microk_info *info, u32 partition, struct diskfs *out)
{
	enum microk_status status = ring_disk_open(partition, &self.disk);

	if (status != OK && partition)
		print("%s: partition %u cannot be used: %s; the line \"arguments\" in "
		      "system.conf names it\n",
		      startup->program, partition, status_text(status));
	if (status != OK)
		return ERR_NOT_FOUND;
	self.info = info;
	status = start_cache(&out->pool);
	if (status == ERR_NOT_FOUND)
		return status; /* its message names the line that system.conf lacks */
	if (status == OK)
		status = ticker_begin(grant_find("wake"), SIGNAL_TICK, info->tsc_hz);
	if (status == OK)
		status = mount();
	if (status != OK) {
		report_unusable(partition, status);
		return status;
	}
	out->fs = self.fs;
	out->partner = (struct keep_partner){
		.commit = commit, .abort = undo, .decided = &self.words->vote};
	return OK;
}

void diskfs_reap(void)
{
	ext2_reap(self.fs);
}
