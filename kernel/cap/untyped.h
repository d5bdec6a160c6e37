/* Untyped memory, and retype: the origin of all objects. */
#pragma once
#include "object/invoke.h"

status_t untyped_decode(struct invocation *inv);
