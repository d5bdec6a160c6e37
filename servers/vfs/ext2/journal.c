/*
 * The journal: a batch of operations goes into the log whole, and then to its places.
 *
 *   1. the new blocks of files (ordered data), then descriptors and copies of the changed blocks into the log; flush
 *   2. the commit block; flush. From here on a replay brings the batch back.
 *   3. the changed blocks to their places; flush
 *   4. the log's new beginning into the journal's superblock, which makes the batch in the log void
 *
 * Step 4 is not flushed: it is on the medium before the next commit block, because the next batch flushes before it. The next
 * batch lies after this one in the log and does not overwrite it, since a batch takes less than half of the log.
 *
 * An instance that ends inside repeats: before step 2 the whole batch, with what came after it; from step 2 on (`committed` in
 * the position's word, stored before the commit block is sent) the commit block and the rest, before any other operation.
 *
 * Weighed: jbd2 lets operations go on while a batch is written, keeps several batches in the log, and needs frozen copies,
 * revoke records and checkpoint lists for this. xv6 stops operations, as here.
 */
#include "lib/microk/string.h"
#include "lib/state/state.h"
#include "servers/vfs/ext2/volume.h"

#define NODE_JOURNAL (~0u) /* the key of the pages that are this file's own */
#define COMMITTED (1ul << 31)
#define TAG_BYTES 8u
#define UUID_BYTES 16u

static struct journal_super *journal_super(const struct ext2 *e)
{
	return (struct journal_super *)e->journal.super.data;
}

void journal_fail(struct ext2 *e)
{
	ext2_report(e, "the journal could not be written; no further change is made", 0);
	e->failed = true;
}

/* ---- Writing blocks of the log ---- */

struct log_write {
	struct ext2 *e;
	struct io_plan plan;
	u32 pending;
	enum microk_status status;
	u32 at; /* the log's next block */
	u32 used;
	u32 tags,
		descriptor; /* of the descriptor that is being filled: entries so far, and its number in this batch */
	u8 *tag_data;
};

static void log_begin(struct log_write *w, struct ext2 *e)
{
	*w = (struct log_write){.e = e, .status = OK, .at = e->journal.head};
	w->plan = (struct io_plan){
		.cache = e->cache,
		.volume = e->volume,
		.op = DISK_WRITE,
		.pending = &w->pending,
		.status = &w->status};
}

static void log_finish(struct log_write *w)
{
	io_submit(&w->plan);
	io_wait(w->e->cache, &w->pending);
}

/* Sends block `in_page` of a page to the log's next block. */
static void log_add(struct log_write *w, u32 page, u32 in_page)
{
	struct journal *j = &w->e->journal;
	u32 block;
	enum microk_status status = journal_block(w->e, w->at, &block);

	if (status == OK)
		io_add(&w->plan, page, in_page, 1, block);
	else
		w->status = status;
	w->at = w->at + 1 == j->length ? j->first : w->at + 1;
	w->used++;
}

/* ---- Descriptors and copies ---- */

static u32 tags_of_descriptor(const struct ext2 *e)
{
	return (e->block_bytes - (u32)sizeof(struct journal_header) - UUID_BYTES) / TAG_BYTES;
}

/* Begins a descriptor in one of the pages for them. It is sent when it is full, but has its place in the log now. */
static void descriptor_begin(struct log_write *w)
{
	struct ext2 *e = w->e;
	u32 in_page = cache_page_blocks(e->cache, e->volume);
	u32 page = e->journal.pages[1 + w->descriptor / in_page];
	struct journal_header *head;

	w->tag_data = cache_data(e->cache, page) + (u64)(w->descriptor % in_page) * e->block_bytes;
	memset(w->tag_data, 0, e->block_bytes);
	head = (struct journal_header *)w->tag_data;
	*head = (struct journal_header){
		.magic = to_be(JOURNAL_MAGIC),
		.type = to_be(JOURNAL_DESCRIPTOR),
		.sequence = to_be(e->journal.sequence)};
	w->tag_data += sizeof(*head);
	w->tags = 0;
}

static void descriptor_add(struct log_write *w, u32 block, u16 flags)
{
	struct journal_tag tag = {.block = to_be(block)};

	if (w->tags)
		flags |= TAG_SAME_UUID;
	tag.flags = __builtin_bswap16(flags);
	memcpy(w->tag_data, &tag, sizeof(tag));
	w->tag_data += sizeof(tag);
	if (!w->tags++) {
		memcpy(w->tag_data, journal_super(w->e)->uuid, UUID_BYTES);
		w->tag_data += UUID_BYTES;
	}
}

/* One changed block: where it is in the cache, and where it goes. */
struct logged {
	u32 page;
	u32 in_page;
	u32 block;
};

/* The n-th changed block of the batch from page *at and block *in_page on. */
static bool next_logged(const struct ext2 *e, u32 *at, u32 *in_page, struct logged *l)
{
	const struct cache *c = e->cache;

	for (; *at < c->pages; ++*at, *in_page = 0) {
		u32 mask = cache_mask(c, *at, WORD_LOGGED_SHIFT) >> *in_page;

		if (!mask || (c->words[*at].word >> WORD_VOLUME_SHIFT & 0xff) != e->volume)
			continue;
		*in_page += (u32)__builtin_ctz(mask);
		*l = (struct logged){
			.page = *at, .in_page = *in_page, .block = c->words[*at].home[*in_page]};
		++*in_page;
		return true;
	}
	return false;
}

static bool begins_with_magic(const struct ext2 *e, const struct logged *l)
{
	u32 first;

	memcpy(&first, cache_data(e->cache, l->page) + (u64)l->in_page * e->block_bytes,
	       sizeof(first));
	return first == to_be(JOURNAL_MAGIC);
}

/* Sends a copy without the magic number, and waits, because there is one page for it. */
static void log_escaped(struct log_write *w, const struct logged *l)
{
	struct ext2 *e = w->e;
	u8 *copy = cache_data(e->cache, e->journal.pages[0]);

	log_finish(w);
	memcpy(copy, cache_data(e->cache, l->page) + (u64)l->in_page * e->block_bytes,
	       e->block_bytes);
	memset(copy, 0, sizeof(u32));
	log_add(w, e->journal.pages[0], 0);
	log_finish(w);
}

/* One descriptor with the copies after it, from the cursor on. False: there is nothing left. */
static bool log_chunk(struct log_write *w, u32 *at, u32 *in_page)
{
	struct ext2 *e = w->e;
	u32 most = tags_of_descriptor(e), scan_at = *at, scan_in = *in_page, count = 0;
	u32 per_page = cache_page_blocks(e->cache, e->volume);
	struct logged l;

	if (!next_logged(e, &scan_at, &scan_in, &l))
		return false;
	descriptor_begin(w);
	scan_at = *at;
	scan_in = *in_page;
	while (count < most && next_logged(e, &scan_at, &scan_in, &l)) {
		descriptor_add(w, l.block, begins_with_magic(e, &l) ? TAG_ESCAPED : 0);
		count++;
	}
	/* The flags of the last tag, which lie at its end; a UUID follows the first one. */
	u8 *flags = w->tag_data - (count == 1 ? UUID_BYTES : 0) - 1;
	*flags |= TAG_LAST;
	log_add(w, e->journal.pages[1 + w->descriptor / per_page], w->descriptor % per_page);
	w->descriptor++;
	for (; count; count--) {
		next_logged(e, at, in_page, &l);
		if (begins_with_magic(e, &l))
			log_escaped(w, &l);
		else
			log_add(w, l.page, l.in_page);
	}
	return true;
}

/* ---- The steps ---- */

static enum microk_status write_commit_block(struct ext2 *e, u32 at)
{
	struct log_write w;
	u8 *data = cache_data(e->cache, e->journal.pages[0]);
	struct journal_header head = {
		.magic = to_be(JOURNAL_MAGIC),
		.type = to_be(JOURNAL_COMMIT),
		.sequence = to_be(e->journal.sequence)};

	memset(data, 0, e->block_bytes);
	memcpy(data, &head, sizeof(head));
	log_begin(&w, e);
	w.at = at;
	log_add(&w, e->journal.pages[0], 0);
	log_finish(&w);
	return w.status == OK ? io_flush(e->cache, e->volume) : w.status;
}

static enum microk_status write_journal_super(struct ext2 *e, u32 start, u32 sequence)
{
	struct log_write w;
	struct journal_super *super = journal_super(e);

	super->start = to_be(start);
	super->sequence = to_be(sequence);
	log_begin(&w, e);
	w.at = 0;
	log_add(&w, e->journal.super.at, (u32)__builtin_ctz(e->journal.super.mask));
	log_finish(&w);
	return w.status;
}

enum microk_status journal_mark(struct ext2 *e, bool in_use)
{
	enum microk_status status =
		write_journal_super(e, in_use ? e->journal.head : 0, e->journal.sequence);

	return status == OK ? io_flush(e->cache, e->volume) : status;
}

/* The changed blocks go to their places. */
static enum microk_status write_in_place(struct ext2 *e)
{
	u32 at = 0, in_page = 0;
	struct logged l;
	enum microk_status status;

	while (next_logged(e, &at, &in_page, &l))
		cache_set_dirty(e->cache, l.page, 1u << l.in_page);
	status = cache_sync(e->cache, e->volume, NODE_DEVICE);
	return status == OK ? io_flush(e->cache, e->volume) : status;
}

/* The batch is on the disk: its blocks are plain pages again, and blocks that it freed can be used. */
static void end_batch(struct ext2 *e)
{
	u32 at = 0, in_page = 0;
	struct logged l;

	while (next_logged(e, &at, &in_page, &l))
		cache_clear_logged(e->cache, l.page, 1u << l.in_page);
	state_store(&e->words->freed, 0);
	e->freed_blocks = 0;
	e->journal.begun = false;
}

static u32 log_after(const struct journal *j, u32 head, u32 used)
{
	u32 at = head + used;

	return at >= j->length ? at - j->length + j->first : at;
}

/* Steps 2 to 4, of this instance's batch or a predecessor's. */
static enum microk_status finish_commit(struct ext2 *e)
{
	struct journal *j = &e->journal;
	u32 used = (u32)e->words->used, head = log_after(j, j->head, used);
	enum microk_status status = write_commit_block(e, log_after(j, j->head, used - 1));

	if (status == OK)
		status = write_in_place(e);
	if (status == OK)
		status = write_journal_super(e, head, j->sequence + 1);
	if (status != OK) {
		journal_fail(e);
		return status;
	}
	end_batch(e);
	j->head = head;
	j->sequence++;
	state_store(&e->words->position, (u64)j->sequence << 32 | j->head);
	return OK;
}

static enum microk_status commit_with_log(struct ext2 *e)
{
	struct journal *j = &e->journal;
	struct log_write w;
	u32 at = 0, in_page = 0;
	enum microk_status status;

	log_begin(&w, e);
	while (log_chunk(&w, &at, &in_page))
		;
	log_finish(&w);
	status = w.status == OK ? io_flush(e->cache, e->volume) : w.status;
	if (status != OK) {
		journal_fail(e);
		return status;
	}
	state_store(&e->words->used, w.used + 1);
	state_store(&e->words->position, (u64)j->sequence << 32 | COMMITTED | j->head);
	return finish_commit(e);
}

enum microk_status journal_commit(struct ext2 *e)
{
	enum microk_status status;

	if (e->failed)
		return ERR_IO;
	if (!e->cache->volume[e->volume].logged) {
		if (e->words->freed)
			end_batch(e);
		return OK;
	}
	/* A file's block that could not be written is reported by that file's sync; the batch is whole without it. */
	cache_sync_ordered(e->cache, e->volume);
	if (e->journal.there)
		return commit_with_log(e);
	status = write_in_place(e);
	if (status == OK)
		end_batch(e);
	else
		journal_fail(e);
	return status;
}

enum microk_status journal_finish(struct ext2 *e)
{
	u64 position = e->words->position;

	if (!e->journal.there)
		return OK;
	e->journal.sequence = (u32)(position >> 32);
	e->journal.head = (u32)(position & (COMMITTED - 1));
	if (e->journal.head < e->journal.first || e->journal.head >= e->journal.length)
		return damaged(e, "the journal's position is damaged", e->journal.head);
	return position & COMMITTED ? finish_commit(e) : OK;
}

/* ---- Opening ---- */

static enum microk_status own_page(struct ext2 *e, u32 number, u32 *at)
{
	bool mine = false;

	*at = cache_find(e->cache, e->volume, NODE_JOURNAL, number);
	if (*at != CACHE_NONE) {
		cache_pin(e->cache, *at);
		return OK;
	}
	*at = cache_add(e->cache, e->volume, NODE_JOURNAL, number, &mine);
	if (*at == CACHE_NONE)
		return ERR_NO_SPACE;
	memset(cache_data(e->cache, *at), 0, PAGE_SIZE);
	cache_set_valid(e->cache, *at);
	return OK;
}

enum microk_status journal_block(struct ext2 *e, u32 logical, u32 *block)
{
	struct inode i;
	u32 run;
	enum microk_status status = inode_get(e, super_of(e)->journal_inum, &i);

	if (status != OK)
		return status;
	status = map_find(e, &i, logical, 1, block, &run);
	if (status == OK && *block == NO_BLOCK)
		status = damaged(e, "the journal has a hole", logical);
	inode_put(e, &i);
	return status;
}

static enum microk_status check_journal(struct ext2 *e)
{
	const struct journal_super *s = journal_super(e);
	struct journal *j = &e->journal;
	u32 type = from_be(s->header.type);

	if (from_be(s->header.magic) != JOURNAL_MAGIC ||
	    (type != JOURNAL_SUPER_1 && type != JOURNAL_SUPER_2) ||
	    from_be(s->blocksize) != e->block_bytes)
		return damaged(e, "the journal's superblock is damaged", 0);
	if (type == JOURNAL_SUPER_2 && from_be(s->feature_incompat) & ~JOURNAL_INCOMPAT_KNOWN) {
		ext2_report(e, "the journal has a feature that is not known; bits",
			    from_be(s->feature_incompat));
		return ERR_ARG;
	}
	j->first = from_be(s->first);
	j->length = from_be(s->maxlen);
	if (!j->first || j->length <= j->first || j->length > e->blocks ||
	    from_be(s->start) >= j->length)
		return damaged(e, "the journal's superblock is damaged", 1);
	j->sequence = from_be(s->sequence);
	j->head = j->first;
	return OK;
}

enum microk_status journal_open(struct ext2 *e)
{
	struct journal *j = &e->journal;
	u32 block, room;
	enum microk_status status = journal_block(e, 0, &block);

	if (status == OK)
		status = block_get(e, block, &j->super);
	if (status == OK)
		status = check_journal(e);
	for (u32 n = 0; n < ARRAY_LEN(j->pages) && status == OK; n++)
		status = own_page(e, n, &j->pages[n]);
	if (status != OK)
		return status;
	room = (j->length - j->first) / 2;
	e->journal.batch_most =
		MIN(MIN(BATCH_MOST, e->cache->pages / 2), room > 16 ? room - 16 : 0);
	j->there = true;
	return OK;
}
