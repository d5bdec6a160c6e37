/* UNTYPED_REPLACE_FRAME: a page becomes one of another Untyped, in its slot and at its address. */
#pragma once
#include "object/invoke.h"

/* The Untyped has RIGHT_WRITE. PREEMPTED: nothing has been done. */
status_t untyped_replace_frame_method(struct invocation *inv);
