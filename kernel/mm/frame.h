/* Frame capabilities: runs of pages that can be mapped. Each capability has at most one mapping; for a second one,
 * derive a second capability. */
#pragma once
#include "object/invoke.h"

/* How many of its pages are mapped, from the first on: not all while it is being mapped or unmapped, or after that was given up. */
u32 frame_mapped_pages(const struct slot *s);

/* Does one step of unmapping a Frame, if that takes more than one. False: frame_unmap does the rest in one step. */
bool frame_shrink(struct slot *s);

/* Takes a mapped Frame out of its space. A bounded number of steps once frame_shrink returns false. */
void frame_unmap(struct slot *s);
