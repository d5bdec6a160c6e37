/* Untyped memory, and retype: where all objects come from. */
#pragma once
#include "cap/invoke.h"

status_t untyped_decode(struct invocation *inv);
