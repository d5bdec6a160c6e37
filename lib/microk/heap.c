/*
 * A first-fit heap: free blocks are in a list ordered by address, and join their neighbours when freed.
 * Size classes (musl's mallocng) or a buddy system (xv6's labs) would be faster and less simple. Servers
 * allocate rarely and mostly in the same few sizes, and their Untyped pays for every byte.
 */
#include "lib/microk/heap.h"
#include "lib/microk/assert.h"
#include "lib/microk/lock.h"
#include "lib/microk/memory.h"
#include "lib/microk/slots.h"
#include "lib/microk/startup.h"
#include "lib/microk/string.h"
#include "lib/microk/util.h"

#define HEAP_ALIGN 16ul
#define HEAP_STEP                                                                                  \
	16ul /* the heap grows by as many pages, unless more are needed or fewer are left */
#define BLOCK_USED 0x45535528454c4248ul
#define BLOCK_FREE 0x45455246454c4248ul

struct block {
	size_t bytes;       /* with this header; a multiple of HEAP_ALIGN */
	u64 mark;           /* BLOCK_USED or BLOCK_FREE */
	struct block *next; /* free blocks only; in used blocks the payload begins here */
};

#define HEADER offsetof(struct block, next)
#define BLOCK_MIN ALIGN_UP(sizeof(struct block), HEAP_ALIGN)
_Static_assert(HEADER == HEAP_ALIGN, "payload alignment");

static struct lock lock; /* of all below, and of every block's header */
static struct block *free_first;
static u64 heap_end = HEAP_ADDRESS;
static size_t used_bytes;

/* Inserts the block into the list and joins it with the free blocks next to it. */
static void block_insert(struct block *b)
{
	struct block **link = &free_first, *before = NULL;

	while (*link && *link < b) {
		before = *link;
		link = &before->next;
	}
	b->mark = BLOCK_FREE;
	b->next = *link;
	*link = b;
	if (b->next && (u8 *)b + b->bytes == (u8 *)b->next) {
		b->bytes += b->next->bytes;
		b->next = b->next->next;
	}
	if (before && (u8 *)before + before->bytes == (u8 *)b) {
		before->bytes += b->bytes;
		before->next = b->next;
		b->mark = 0; /* now part of `before`: freeing it again must fail */
	}
}

static bool heap_map(u64 pages)
{
	cap_t frame;

	if (!pages || pages > FRAME_MAX_PAGES || pages * PAGE_SIZE > HEAP_LIMIT - heap_end)
		return false;
	if (object_make(CAP_FRAME, pages, &frame) != OK)
		return false;
	if (space_map(SLOT_SPACE, frame, heap_end, RIGHT_READ | RIGHT_WRITE, 0) != OK) {
		slot_drop(frame);
		return false;
	}
	struct block *b = (struct block *)heap_end;

	b->bytes = pages * PAGE_SIZE;
	heap_end += b->bytes;
	block_insert(b);
	return true;
}

static bool heap_grow(size_t bytes)
{
	u64 pages = ALIGN_UP(bytes, PAGE_SIZE) / PAGE_SIZE;

	/* A block larger than the largest Frame consists of several Frames in a row. */
	while (pages > FRAME_MAX_PAGES) {
		if (!heap_map(FRAME_MAX_PAGES))
			return false;
		pages -= FRAME_MAX_PAGES;
	}
	return heap_map(MAX(pages, HEAP_STEP)) || heap_map(pages);
}

static struct block *block_take(size_t bytes)
{
	for (struct block **link = &free_first; *link; link = &(*link)->next) {
		struct block *b = *link;

		if (b->bytes < bytes)
			continue;
		if (b->bytes - bytes >= BLOCK_MIN) {
			struct block *rest = (struct block *)((u8 *)b + bytes);

			rest->bytes = b->bytes - bytes;
			rest->mark = BLOCK_FREE;
			rest->next = b->next;
			*link = rest;
			b->bytes = bytes;
		} else {
			*link = b->next;
		}
		return b;
	}
	return NULL;
}

void *heap_alloc(size_t bytes)
{
	struct block *b;

	if (bytes > HEAP_LIMIT - HEAP_ADDRESS)
		return NULL;
	bytes = MAX(ALIGN_UP(bytes + HEADER, HEAP_ALIGN), BLOCK_MIN);
	lock_take(&lock);
	b = block_take(bytes);
	if (!b && heap_grow(bytes))
		b = block_take(bytes);
	if (b) {
		b->mark = BLOCK_USED;
		used_bytes += b->bytes;
	}
	lock_give(&lock);
	return b ? memset((u8 *)b + HEADER, 0, b->bytes - HEADER) : NULL;
}

void heap_free(void *memory)
{
	if (!memory)
		return;

	struct block *b = (struct block *)((u8 *)memory - HEADER);

	lock_take(&lock);
	ASSERT((u64)b >= HEAP_ADDRESS && (u64)b < heap_end && (u64)b % HEAP_ALIGN == 0);
	ASSERT(b->mark == BLOCK_USED); /* else it was freed twice, or its header overwritten */
	used_bytes -= b->bytes;
	block_insert(b);
	lock_give(&lock);
}

void heap_usage(size_t *grown, size_t *used)
{
	lock_take(&lock);
	*grown = heap_end - HEAP_ADDRESS;
	*used = used_bytes;
	lock_give(&lock);
}
