/* The sizes of system.conf on a machine with too little memory for all of them. */
#pragma once
#include "lib/conf/conf.h"

/* Bytes that the services need together. */
u64 fit_needed(const struct conf *conf);

/*
 * If the services of *conf together need more than `free` bytes, gives frames their least size, and makes page pools smaller, to
 * FIT_POOL at least. Then no service gets more than a level, but none less than its declaration's least, or, without one, than
 * FIT_MEMORY and one FIT_PART-th of its declaration. Whether anything was changed. A service that needs more than it then has
 * does not start, as if its declaration had too little.
 */
bool fit_sizes(struct conf *conf, u64 free);

#define FIT_POOL (768ul << 10) /* bytes that a page pool keeps, if it was declared with as many */
#define FIT_MEMORY (1ul << 20)
#define FIT_PART 8
