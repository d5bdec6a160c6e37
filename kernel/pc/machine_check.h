/* Machine checks: the processor's reports of its own errors and the memory's. SDM vol. 3, ch. 15. */
#pragma once
#include "microk/types.h"

enum machine_check_end {
	MACHINE_CHECK_SURVIVED, /* corrected, or it concerns nothing that is running */
	MACHINE_CHECK_THREAD,   /* the thread that runs in user mode cannot go on; the kernel can */
	MACHINE_CHECK_FATAL,
};

/* Switches reports on; errors left from before the machine started are reported now. */
void machine_check_init(void);

/* The processor is in a machine check, not in an interrupt with the same vector. */
bool machine_check_is_pending(void);

/* Reads the errors, keeps the first for the report, and makes room for the next. */
enum machine_check_end machine_check_handle(bool from_user);

/* Reports, if there was one, the machine check that machine_check_handle kept. */
void machine_check_report(void);

/* Reports corrected errors, which raise no exception: looks now and then, at timer interrupts. */
void machine_check_poll(void);
