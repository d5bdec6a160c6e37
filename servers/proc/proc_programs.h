/* Processes of programs, as /proc shows them. In stage 3 there are none. */
#pragma once
#include "servers/proc/proc_text.h"

/* The next one whose number is greater; 0: there is none. */
u32 programs_next(u32 after);

/* The texts of their files, in the form of Linux's (proc(5)), but for `status`, which is the same as a service's and has further
 * lines. ERR_NOT_FOUND: there is no such process. */
enum microk_status programs_status(struct text *t, u64 tsc_hz, u32 number);
enum microk_status programs_stat(struct text *t, u64 tsc_hz, u32 number);
enum microk_status programs_maps(struct text *t, u32 number);
enum microk_status programs_cmdline(struct text *t, u32 number);
