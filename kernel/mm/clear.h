/* FRAME_CLEAR: bytes of a Frame become 0. */
#pragma once
#include "object/invoke.h"

/* PREEMPTED: the caller's words have the rest. */
status_t frame_clear_method(struct invocation *inv);
