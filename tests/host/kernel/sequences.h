/* Random sequences of operations, each in a process of its own: the kernel's state begins anew. */
#pragma once
#include "machine.h"

/* The counters that the sequences share. */
#define TALLIES 32
extern u64 *tally;

/* A random number, which follows from the sequence's seed. */
u64 dice(void);

/* One of the root CNode's slots from M_FIRST_FREE on that have a capability of that type; 0: there is none. */
u64 any_of(u32 type);

/* run(seed, length) for each sequence that the arguments name: SEED SEQUENCES LENGTH. False when one failed;
 * its number is printed, and SEED+NUMBER 1 LENGTH repeats it. */
bool sequences(int argc, char **argv, void (*run)(u64 seed, u32 length));
