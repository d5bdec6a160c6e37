/* The derivation tree, the calls of the code under test to other files, and their results. */
#pragma once
#include "object/slot.h"

#define TREE_SLOTS 200000
#define TREE_NONE (-1)
#define WAITING 8

/* Forgets all relations; slot number i is first[i] from here on. */
void tree_begin(struct slot *first);
/* Fills slot i, a child of slot `parent` or of none. */
void tree_add(int i, int parent);
/* Fills slots 1 to end - 1, each the child of the one before; or of the slot of its number divided by `divisor`. */
void tree_add_chain(int end);
void tree_add_below(int end, int divisor);

extern u32 alive; /* slots in the tree */
extern u32 deletions, most_between_looks, between_looks, released, raised, unqueued, thread_told;
extern struct slot *unmapped, *raised_slot;
extern struct kobject *released_object;
extern u32 looks, interrupt_after; /* from this look on an interrupt waits */
extern bool reaped, slot_was_filled;
extern struct slot *watched_for_release;
/* The number of threads that wait to send through slots 0.., and the number of slots that were deleted while some did. */
extern u32 waiting[WAITING], gone_with_waiters;
