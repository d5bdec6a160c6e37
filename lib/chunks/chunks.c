/*
 * Buddies (Knowlton, "A fast storage allocator", 1965): a chunk is split into two halves, each in two again, and halves
 * that are both free are a whole again.
 *
 * seL4's allocman keeps lists of free untypeds for each size and joins nothing: memory that was split once stays so.
 * Genode's core has an allocator of ranges, a balanced tree of them with the free bytes below each, since its kernel's
 * objects need no alignment. Zircon and Linux have buddies of pages inside the kernel, with a list for each size. Here the
 * chunks are a binary tree, and the tree is an array: the halves of chunk n are 2n and 2n + 1, and the slot of each is
 * known from its number. So there is nothing to allocate, nor a list to keep, and the largest free chunk below each is one
 * byte. Taking and giving look at one chunk of each size.
 *
 * Splitting makes two Untypeds of one, which costs two system calls' time, and joining revokes the one. Halves that are
 * free count as a whole at once, but are joined only when the whole is taken: a program that takes and gives chunks of one
 * size makes none of those calls, apart from the revoke that empties the chunk.
 */
#include "lib/chunks/chunks.h"
#include "gen/lib/microk/methods.h"

/* The state of a chunk: its level is the number of sizes that it can be cut into, 1 for the smallest. */
#define FREE 0x1f  /* the level of the largest free chunk in it, itself included; 0: none */
#define SPLIT 0x20 /* its halves exist */
#define TAKEN 0x40

#define WHOLE 1u /* the number of the chunk that is all of the memory */

static u32 free_in(const struct chunks *c, u64 n)
{
	return c->state[n - 1] & FREE;
}

static bool is_marked(const struct chunks *c, u64 n, u8 mark)
{
	return (c->state[n - 1] & mark) != 0;
}

static void set_free(const struct chunks *c, u64 n, u32 level)
{
	c->state[n - 1] = (u8)((c->state[n - 1] & ~FREE) | level);
}

static cap_t slot_of(const struct chunks *c, u64 n)
{
	return c->first + n - 1;
}

static u32 level_of(const struct chunks *c, u64 n)
{
	u32 level = c->levels;

	for (; n > WHOLE; n /= 2)
		level--;
	return level;
}

static u64 bytes_of(const struct chunks *c, u32 level)
{
	return c->least << (level - 1);
}

void chunks_begin(struct chunks *c)
{
	for (u64 n = WHOLE; n <= chunks_slots(c->levels); n++)
		c->state[n - 1] = 0;
	set_free(c, WHOLE, c->levels);
}

/* Chunk n has changed: so do those that it is a part of. */
static void count_above(struct chunks *c, u64 n, u32 level)
{
	for (n /= 2, level++; n; n /= 2, level++) {
		u32 one = free_in(c, 2 * n), other = free_in(c, 2 * n + 1);
		bool is_whole = one == level - 1 && other == level - 1;

		set_free(c, n, is_whole ? level : MAX(one, other));
	}
}

static enum microk_status split(struct chunks *c, u64 n, u32 level)
{
	const struct untyped_retype halves = {
		.type = CAP_UNTYPED,
		.size = bytes_of(c, level - 1),
		.cnode = c->cnode,
		.index = slot_of(c, 2 * n),
		.count = 2};
	enum microk_status status = untyped_retype(slot_of(c, n), &halves);

	if (status != OK)
		return status;
	c->state[n - 1] |= SPLIT;
	c->state[2 * n - 1] = (u8)(level - 1);
	c->state[2 * n] = (u8)(level - 1);
	return OK;
}

/* The halves of chunk n are gone, and the halves of these. */
static void forget_halves(struct chunks *c, u64 n)
{
	u64 all = chunks_slots(c->levels);

	for (u64 first = n, last = n; first <= all; first = 2 * first, last = 2 * last + 1)
		for (u64 at = first; at <= last; at++)
			c->state[at - 1] &= (u8)~SPLIT;
}

/* Makes one Untyped of it again. */
static enum microk_status join(struct chunks *c, u64 n)
{
	enum microk_status status;

	if (!is_marked(c, n, SPLIT))
		return OK;
	status = cnode_revoke(c->cnode, slot_of(c, n));
	if (status == OK)
		forget_halves(c, n);
	return status;
}

/* The half that is taken from: the one whose largest free chunk is the smaller, so that large ones stay; of equals the one
 * that is split. */
static u64 choose(const struct chunks *c, u64 n, u32 level)
{
	u32 one = free_in(c, 2 * n), other = free_in(c, 2 * n + 1);

	if (one < level || (other >= level && other < one))
		return 2 * n + 1;
	if (one == other && is_marked(c, 2 * n + 1, SPLIT) && !is_marked(c, 2 * n, SPLIT))
		return 2 * n + 1;
	return 2 * n;
}

enum microk_status chunks_take(struct chunks *c, u64 bytes, cap_t *slot)
{
	enum microk_status status = OK;
	u32 level = 1, at = c->levels;
	u64 n = WHOLE;

	if (bytes == 0)
		return ERR_ARG;
	while (level <= c->levels && bytes_of(c, level) < bytes)
		level++;
	if (level > free_in(c, WHOLE))
		return ERR_MEMORY;
	for (; at > level && status == OK; at--) {
		if (!is_marked(c, n, SPLIT))
			status = split(c, n, at);
		n = choose(c, n, level);
	}
	if (status == OK)
		status = join(c, n);
	if (status != OK)
		return status;
	set_free(c, n, 0);
	c->state[n - 1] |= TAKEN;
	count_above(c, n, level);
	*slot = slot_of(c, n);
	return OK;
}

enum microk_status chunks_give(struct chunks *c, cap_t slot)
{
	u64 n = slot - c->first + 1;

	if (slot < c->first || n > chunks_slots(c->levels) || !is_marked(c, n, TAKEN))
		return ERR_ARG;
	enum microk_status status = cnode_revoke(c->cnode, slot);
	if (status != OK)
		return status;
	u32 level = level_of(c, n);
	c->state[n - 1] &= (u8)~TAKEN;
	set_free(c, n, level);
	count_above(c, n, level);
	return OK;
}

/* ---- For a successor ---- */

/* While the chunks are found: there is such a chunk. */
#define THERE 0x80

static bool is_there(const struct chunks *c, u64 n)
{
	return n <= chunks_slots(c->levels) && is_marked(c, n, THERE);
}

/* A join that was cut off has left one half, or parts of both. */
static bool is_whole_split(const struct chunks *c, u64 n)
{
	return is_there(c, 2 * n) && is_there(c, 2 * n + 1);
}

/* The join goes on at the chunk itself, or at the nearest one above that is there: a revoke may take a half before the parts of
 * that half. No part of it was in use. */
static enum microk_status finish_join(struct chunks *c, u64 n)
{
	while (n > WHOLE && !is_there(c, n))
		n /= 2;
	enum microk_status status = cnode_revoke(c->cnode, slot_of(c, n));

	c->state[n - 1] &= (u8)~SPLIT;
	for (u64 first = 2 * n, last = 2 * n + 1; first <= chunks_slots(c->levels);
	     first = 2 * first, last = 2 * last + 1)
		for (u64 at = first; at <= last; at++)
			c->state[at - 1] = 0;
	return status;
}

enum microk_status chunks_find(struct chunks *c)
{
	u64 all = chunks_slots(c->levels);
	struct cnode_next_result next = {.index = c->first};
	enum microk_status status = OK;

	for (u64 n = WHOLE; n <= all; n++)
		c->state[n - 1] = 0;
	while (status == OK && next.index && next.index < c->first + all) {
		status = cnode_next(c->cnode, next.index, &next);
		if (status != OK || !next.index || next.index >= c->first + all)
			break;
		c->state[next.index - c->first] = THERE;
		if (++next.index >= c->first + all)
			break;
	}
	for (u64 n = WHOLE; 2 * n < all && status == OK; n++) {
		if (is_there(c, n) && is_whole_split(c, n))
			c->state[n - 1] |= SPLIT;
		else if (is_there(c, 2 * n) || is_there(c, 2 * n + 1))
			status = finish_join(c, n);
	}
	return status;
}

enum microk_status chunks_keep(struct chunks *c, cap_t slot)
{
	u64 n = slot - c->first + 1;

	if (slot < c->first || !is_there(c, n) || is_marked(c, n, SPLIT))
		return ERR_ARG;
	c->state[n - 1] |= TAKEN;
	return OK;
}

enum microk_status chunks_settle(struct chunks *c)
{
	enum microk_status status = OK;

	for (u64 n = chunks_slots(c->levels); n >= WHOLE && status == OK; n--) {
		u32 level = level_of(c, n);

		if (!is_there(c, n))
			continue;
		c->state[n - 1] &= (u8)~THERE;
		if (is_marked(c, n, SPLIT)) {
			u32 one = free_in(c, 2 * n), other = free_in(c, 2 * n + 1);
			bool is_whole = one == level - 1 && other == level - 1;
			set_free(c, n, is_whole ? level : MAX(one, other));
		} else if (!is_marked(c, n, TAKEN)) {
			status = cnode_revoke(c->cnode, slot_of(c, n));
			set_free(c, n, level);
		}
	}
	return status;
}

u64 chunks_free(const struct chunks *c)
{
	u64 bytes = 0;

	for (u64 n = WHOLE; n <= chunks_slots(c->levels); n++)
		if (is_marked(c, n, TAKEN))
			bytes += bytes_of(c, level_of(c, n));
	return bytes_of(c, c->levels) - bytes;
}
