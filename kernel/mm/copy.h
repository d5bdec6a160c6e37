/* FRAME_COPY: the bytes of one Frame into another, without a mapping of either. */
#pragma once
#include "object/invoke.h"

/* The called Frame, which has RIGHT_WRITE, is the one that is written. PREEMPTED: the caller's words have the rest. */
status_t frame_copy_method(struct invocation *inv);
