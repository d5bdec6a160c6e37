/* FRAME_COPY: the bytes of one Frame into another, without a mapping of either. */
#pragma once
#include "object/invoke.h"

/* The called Frame, which has RIGHT_WRITE, is the one that is written. PREEMPTED: the caller's words have the rest. */
status_t frame_copy_method(struct invocation *inv);

/* Whether offset and length name bytes of the Frame. */
bool frame_is_within(const struct slot *frame, u64 offset, u64 bytes);

/* Whether the caller could map it to write. */
bool frame_may_be_written(const struct thread *caller, const struct slot *frame);
