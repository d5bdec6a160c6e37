/*
 * The simplest possible model of capabilities: a table of slots, each naming its parent; every operation walks all of it. The
 * kernel, which works by pointers in constant time, must come to the same result.
 */
#pragma once
#include "machine.h"

/* An operation; any bytes make a valid one. */
struct op {
	u8 kind, a, b, c, d, e, f, g;
};

/* The kernel and the model from the start. */
void model_begin(u64 seed);

/* Does the operation in both. Status, all slots, rights, badges, parents and closed queues must agree, and the kernel's
 * invariants must hold. Aborts otherwise. */
void model_step(const struct op *op);

/* Ends everything by one revoke, and checks that all memory is free again. */
void model_end(void);

/* The operation in words. */
void model_print(FILE *to, const struct op *op);
