/* UNTYPED_MAP_FRAME: a Frame is made and mapped in one call. */
#pragma once
#include "object/invoke.h"

status_t untyped_map_frame_method(struct invocation *inv);
