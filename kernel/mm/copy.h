/* The bytes of one Frame into another, without a mapping of either. */
#pragma once
#include "object/invoke.h"

struct copy {
	u64 offset, source_offset, bytes;
};

/* Whether a caller may copy, with capabilities that have RIGHT_WRITE and RIGHT_READ. */
status_t copy_check(const struct thread *caller, const struct slot *to, const struct slot *from, const struct copy *copy);

/* Copies. False: an interrupt waits, and *rest is what is left. */
bool copy_bytes(const struct slot *to, const struct slot *from, struct copy *rest);

/* FRAME_COPY. The called Frame, which has RIGHT_WRITE, is the one that is written. PREEMPTED: the caller's words have the rest. */
status_t frame_copy_method(struct invocation *inv);

/* Whether offset and length name bytes of the Frame. */
bool frame_is_within(const struct slot *frame, u64 offset, u64 bytes);

/* Whether the caller could map it to write. */
bool frame_may_be_written(const struct thread *caller, const struct slot *frame);
