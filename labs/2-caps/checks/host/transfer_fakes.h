/* The derivations that the code under test asked for. */
#pragma once
#include "sched/thread.h"

#define MOST_DERIVED 16 /* the first of them are kept */

extern u32 derived;
extern struct derivation {
	struct slot *child, *parent;
	u64 rights;
	bool was_filled; /* the child's slot */
} derivation[MOST_DERIVED];

/* Both threads of the transfer. With `changes_buffers`, each derivation changes their buffers, as a task on another
 * processor might. */
extern struct thread *transfer_from, *transfer_to;
extern bool changes_buffers;
