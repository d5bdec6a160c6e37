/*
 * Processes that rest: of one that has ended, the address space, its page tables and windows, and the pages of its program
 * that are only read stay as they are, in its record, for the next process that runs the same program. The remainder
 * is made anew: threads, CSpace and written memory, of which a process or its friends may have kept something.
 *
 * Weighed: keeping parts (address spaces, CNodes) apart, for any program, saves their making but not the mapping of
 * pages, and each would have to be emptied. Solaris' slab allocator (Bonwick 1994) keeps objects in the state in which they
 * were made; here that state is the program's.
 */
#pragma once
#include "servers/proc/world.h"

#define RESTS 8u        /* processes that rest, at most */
#define RESTS_PIECES 6u /* parts that one of these may have (pieces.h) */

/* In a transaction, of a process that ends: keeps the parts that can rest, and gives the other chunks back. False: it
 * cannot rest, and nothing was done. After that transaction, and for a successor: resting_clean. */
bool resting_keep(const struct process *p);
void resting_clean(const struct process *p);

/* One that rests, for a process that runs a program of that name, perhaps the same; NULL: there is none. */
const struct process *resting_find(const char *name);
/* The one to be given up when there are too many, or `all`; NULL: none. */
const struct process *resting_surplus(bool all);
/* Those that have the program's pages. */
const struct process *resting_with(u32 program);
/* Bytes of the pool that all of them have. */
u64 resting_bytes(void);

/* In a transaction: it will run another program. */
enum microk_status resting_strip(const struct process *p);
