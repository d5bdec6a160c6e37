/* Where `syscall` goes: the slow path alone, or the fast path in front of it. A stage chooses by the
 * file that defines it, so that an exercise is never bypassed by the fast path. */
#pragma once
#include "microk/types.h"

extern const u64 entry_point;
