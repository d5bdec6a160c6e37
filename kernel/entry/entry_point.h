/* Where `syscall` goes: the slow path alone, or the fast path in front of it. A stage chooses by the
 * file that defines it, so that an exercise is never bypassed by the fast path. */
#pragma once
#include "microk/types.h"

extern const u64 entry_point;

/* Puts into LSTAR where the next system call is to enter: entry_point, unless cpu->slow_reasons asks for another way.
 * So the fast path need not ask for rare things that concern all messages. After each change of slow_reasons. */
void entry_choose(void);
