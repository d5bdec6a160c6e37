/* Frame capabilities: runs of pages that can be mapped. Each capability has at most one mapping; for a second one,
 * derive a second capability. */
#pragma once
#include "cap/invoke.h"

status_t frame_decode(struct invocation *inv);

/* Takes a Frame, mapped at its `address` in its `space`, out of there. */
void frame_unmap(struct slot *s);
