/* A system call's way into the kernel and out again. */
#pragma once
#include "microk/types.h"

/* Values that `syscall` would find in the registers, the user's rsp too:
 * rax rdx rsi rdi r8 r9 r10 rbx rbp r12 r13 r14 r15 rcx r11 rsp. */
extern u64 unit_registers[16];
extern u64 unit_swapgs_count;
extern u64 handles, handle_sp, handle_bp;    /* calls of syscall_handle; rsp and rbp in it */
extern u64 entry_exits, entry_returns;       /* the entry ended in kernel_exit, in user_return */
extern u64 entry_rets;                       /* it ended in unit_ret, whose address is unit_ret_at */
extern u64 unit_ret_at;

/* Jumps to syscall_entry with gs at cpu_area, and returns when the entry has ended. */
void entry_run(void);
