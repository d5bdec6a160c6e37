/* FRAME_NARROW: a capability to some pages of a Frame. */
#pragma once
#include "object/invoke.h"

status_t frame_narrow_method(struct invocation *inv);
