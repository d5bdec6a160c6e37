/* The operations of the model (model.h). Each is done in the model and in the kernel, and the two statuses must agree. */
#pragma once
#include "model_state.h"

struct arguments {
	u64 cnode, index, source_cnode, source, rights;
};

/* The arguments of an operation. `source_type`: the type of its source slot; CAP_TYPES: any. */
struct arguments op_arguments(const struct op *op, u32 source_type);

/* The first slot of the root task's from `at` on, all round, that is of this type (CAP_TYPES: any but empty). */
u64 op_near(u64 at, u32 type);

void op_copy(const struct arguments *a);
void op_copy_slots(const struct arguments *a, u64 count);
void op_mint(const struct arguments *a, u64 flags);
void op_move(const struct arguments *a);
void op_delete(const struct arguments *a);
void op_revoke(const struct arguments *a);
void op_retype(const struct op *op);

/* Some pages of a Frame. */
void op_narrow(const struct op *op);

/* A page in the place of another. */
void op_replace(const struct op *op);

/* A receive at the endpoint in slot `at`, which does not wait. */
void op_receive(u64 at);

/* Thread A sends capabilities to B, which waits on the pipe. */
void op_transfer(const struct op *op);

/* Aborts with a message unless the kernel's status is the model's. */
void op_expect(status_t want, status_t got);

/* Fills an Untyped's free memory: it may hold anything. */
void op_scribble(struct mslot *untyped);
