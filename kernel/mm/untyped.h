/* Untyped memory, and retype: the origin of all objects. */
#pragma once
#include "cap/invoke.h"

status_t untyped_decode(struct invocation *inv);
