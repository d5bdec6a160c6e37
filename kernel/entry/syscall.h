/* The C side of `syscall`: entry/syscall.S calls it with the caller's registers saved. */
#pragma once

/* Runs the system call of cpu->current and sets its registers. The caller leaves by kernel_exit. */
void syscall_handle(void);
