/*
 * Replay: a dead system's committed batches are brought to their places. Three passes as in jbd2: how far the log is whole,
 * which blocks are revoked (freed after they were logged, by a writer such as Linux), and the copying.
 *
 * The log is as untrusted as the rest of the disk: each pass reads at most as many blocks as the log has, and no block outside
 * of the file system is written.
 */
#include "lib/microk/string.h"
#include "servers/vfs/ext2/volume.h"

struct revoke {
	u32 block, sequence;
};

static struct revoke
	revokes[REVOKES_MOST]; /* one replay at a time: mounting holds the operation's lock */
static u32 revoke_count;

struct pass {
	struct ext2 *e;
	u32 at, sequence,
		end; /* `end`: the first sequence that is not whole; in the first pass unknown */
	u32 steps;
	enum { SCAN, REVOKE, COPY } what;
	u64 copied;
};

static bool is_before(u32 a, u32 b)
{
	return (int32_t)(a - b) < 0;
}

static enum microk_status next_block(struct pass *p, struct block *b)
{
	struct ext2 *e = p->e;
	u32 block;
	enum microk_status status = journal_block(e, p->at, &block);

	*b = NO_META;
	if (status == OK)
		status = block_get(e, block, b);
	p->at = p->at + 1 == e->journal.length ? e->journal.first : p->at + 1;
	p->steps++;
	return status;
}

/* Whether a later batch has freed the block. */
static bool is_revoked(u32 block, u32 sequence)
{
	for (u32 n = 0; n < revoke_count; n++)
		if (revokes[n].block == block && !is_before(revokes[n].sequence, sequence))
			return true;
	return false;
}

static enum microk_status add_revoke(struct ext2 *e, u32 block, u32 sequence)
{
	for (u32 n = 0; n < revoke_count; n++)
		if (revokes[n].block == block) {
			if (is_before(revokes[n].sequence, sequence))
				revokes[n].sequence = sequence;
			return OK;
		}
	if (revoke_count == REVOKES_MOST) {
		ext2_report(e, "the journal revokes too many blocks; run e2fsck. At most",
			    REVOKES_MOST);
		return ERR_ARG;
	}
	revokes[revoke_count++] = (struct revoke){block, sequence};
	return OK;
}

static enum microk_status read_revokes(struct pass *p, const struct block *b)
{
	const struct journal_revoke *r = (const struct journal_revoke *)b->data;
	u32 bytes = from_be(r->bytes);
	enum microk_status status = OK;

	if (bytes > p->e->block_bytes)
		return damaged(p->e, "a revoke block of the journal is damaged", p->at);
	for (u32 at = sizeof(*r); at + 4 <= bytes && status == OK; at += 4) {
		u32 block;

		memcpy(&block, b->data + at, sizeof(block));
		status = add_revoke(p->e, from_be(block), p->sequence);
	}
	return status;
}

static enum microk_status copy_block(struct pass *p, const struct block *from, u32 number,
				     bool escaped)
{
	struct ext2 *e = p->e;
	u32 magic = to_be(JOURNAL_MAGIC);
	struct block to;
	enum microk_status status;

	if (is_revoked(number, p->sequence))
		return OK;
	status = block_get(e, number, &to);
	if (status != OK)
		return status;
	memcpy(to.data, from->data, e->block_bytes);
	if (escaped)
		memcpy(to.data, &magic, sizeof(magic));
	cache_set_dirty(e->cache, to.at, to.mask);
	block_put(e, &to);
	p->copied++;
	return OK;
}

/* A descriptor's copies: skipped, or brought to their places. */
static enum microk_status follow_tags(struct pass *p, const struct block *b)
{
	struct ext2 *e = p->e;
	enum microk_status status = OK;
	struct journal_tag tag;
	u32 at = sizeof(struct journal_header);

	while (at + sizeof(tag) <= e->block_bytes && status == OK &&
	       p->steps <= e->journal.length) {
		struct block from;
		u16 flags;

		memcpy(&tag, b->data + at, sizeof(tag));
		flags = __builtin_bswap16(tag.flags);
		at += (u32)sizeof(tag) + (flags & TAG_SAME_UUID ? 0 : 16);
		if (p->what != COPY) {
			p->at = p->at + 1 == e->journal.length ? e->journal.first : p->at + 1;
			p->steps++;
		} else {
			status = next_block(p, &from);
			if (status == OK)
				status = copy_block(
					p, &from, from_be(tag.block), flags & TAG_ESCAPED);
			block_put(e, &from);
		}
		if (flags & TAG_LAST)
			break;
	}
	return status;
}

/* One pass over the log. */
static enum microk_status run_pass(struct pass *p)
{
	struct ext2 *e = p->e;
	enum microk_status status = OK;

	while (status == OK && p->steps <= e->journal.length &&
	       (p->what == SCAN || is_before(p->sequence, p->end))) {
		struct journal_header head;
		struct block b;

		status = next_block(p, &b);
		if (status != OK)
			break;
		memcpy(&head, b.data, sizeof(head));
		u32 type = from_be(head.type);
		bool whole = from_be(head.magic) == JOURNAL_MAGIC &&
			     from_be(head.sequence) == p->sequence;

		if (whole && type == JOURNAL_DESCRIPTOR)
			status = follow_tags(p, &b);
		else if (whole && type == JOURNAL_REVOKE && p->what == REVOKE)
			status = read_revokes(p, &b);
		block_put(e, &b);
		if (whole && type == JOURNAL_COMMIT)
			p->sequence++;
		else if (!whole || (type != JOURNAL_DESCRIPTOR && type != JOURNAL_REVOKE))
			break;
	}
	return status;
}

enum microk_status journal_replay(struct ext2 *e)
{
	const struct journal_super *s = (const struct journal_super *)e->journal.super.data;
	u32 start = from_be(s->start), first = from_be(s->sequence);
	struct pass scan = {.e = e, .at = start, .sequence = first, .what = SCAN};
	struct pass revoke = {.e = e, .at = start, .sequence = first, .what = REVOKE};
	struct pass copy = {.e = e, .at = start, .sequence = first, .what = COPY};
	enum microk_status status;

	e->journal.sequence = first + 1;
	if (!start)
		return OK;
	if (start < e->journal.first)
		return damaged(e, "the journal's superblock is damaged", 2);
	revoke_count = 0;
	status = run_pass(&scan);
	revoke.end = copy.end = scan.sequence;
	if (status == OK)
		status = run_pass(&revoke);
	if (status == OK)
		status = run_pass(&copy);
	if (status != OK)
		return status;
	if (copy.copied)
		ext2_report(e, "the journal was replayed; blocks", copy.copied);
	e->journal.sequence = scan.sequence + 1;
	status = cache_sync(e->cache, e->volume, NODE_DEVICE);
	return status == OK ? io_flush(e->cache, e->volume) : status;
}
