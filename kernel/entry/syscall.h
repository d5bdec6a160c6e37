/* System calls: where `syscall` enters the kernel, and the C side of the slow path. */
#pragma once
#include "microk/types.h"

/* Runs the system call of cpu->current and sets its registers: entry/syscall.S calls it with the caller's registers saved. The
 * caller leaves by kernel_exit. */
void syscall_handle(void);

/* Where `syscall` goes: the slow path alone, or the fast path in front of it. A stage chooses by the file that defines it
 * (entry_fast.c or its stand-in), so that an exercise is never bypassed by the fast path. */
extern const u64 entry_point;

/* Sets LSTAR to the entry of the next system call: entry_point, unless cpu->slow_reasons asks for another. So the fast path
 * need not test rare conditions that concern all messages. Must be called after each change of slow_reasons. */
void entry_choose(void);
