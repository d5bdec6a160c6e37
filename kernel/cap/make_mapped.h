/* UNTYPED_MAP_FRAME: a Frame is made and mapped in one call. */
#pragma once
#include "object/invoke.h"

status_t untyped_map_frame_method(struct invocation *inv);

/* Whether the call is for a page for which nothing is taken apart: the step that makes it maps it, too. */
bool map_frame_is_one_step(const struct invocation *inv);
