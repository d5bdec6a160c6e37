/* The three exceptions that IF does not mask: NMI, double fault and machine check. */
#pragma once
#include "x86/regs.h"

/* Called by trap.S on the exception's own stack, from user or kernel mode; gs must not be relied on. ABORT_RESUME: the
 * interrupted code goes on. ABORT_AS_FAULT: it came from user mode, the registers are the current thread's, and the
 * exception is to be handled as one of its own. Does not return where the kernel cannot go on. */
enum abort_end { ABORT_RESUME, ABORT_AS_FAULT };
enum abort_end abort_handle(struct regs *r);

/* Reports on the log the NMIs and machine checks that came since the last time. Must not be called from abort_handle, which
 * may have interrupted a report. */
void abort_report(void);
