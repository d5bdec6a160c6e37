/* Around write-back: a device that has written each block as soon as it is asked to. */
#include "writeback_fakes.h"
#include "unit.h"

SHARED struct write writes[WRITES_MOST];
SHARED u32 write_count;
SHARED u32 clean_written;
SHARED u32 wrong_requests;

static void nothing(struct waits *w, const void *on)
{
	(void)w, (void)on;
}

static u64 one(struct waits *w)
{
	return (void)w, 1;
}

void begin_cache(struct cache *c)
{
	static struct waits waits = {.sleep = nothing, .wake = nothing, .self = one};

	c->waits = &waits;
}

void page_word(struct cache *c, u32 at, u64 clear, u64 set)
{
	const u64 dirty = WORD_MASK << WORD_DIRTY_SHIFT;
	u64 was = c->words[at].word, now = (was & ~clear) | set;

	c->dirty += ((now & dirty) != 0) - ((was & dirty) != 0);
	c->words[at].word = now;
}

void io_add(struct io_plan *plan, u32 at, u32 first, u32 count, u64 block)
{
	struct cache *c = plan->cache;

	wrong_requests += plan->op != DISK_WRITE || !plan->to_home;
	if (write_count < WRITES_MOST)
		writes[write_count++] = (struct write){at, first, count, plan->volume, block};
	for (u32 i = first; i < first + count; i++) {
		clean_written +=
			i >= CACHE_BLOCKS || !(cache_mask(c, at, WORD_DIRTY_SHIFT) >> i & 1);
		page_word(c, at, 1ul << (WORD_DIRTY_SHIFT + i), 0);
	}
}

void io_submit(struct io_plan *plan)
{
	plan->open = NULL;
}

enum microk_status sync_node(struct cache *c, u32 volume, u32 node)
{
	return cache_sync(c, volume, node);
}
