/* The report of a fault, in names. */
#pragma once
#include "lib/postmortem/program.h"

/* Service, thread, cause, place, callers, registers. `words`: of the fault message (microk/ipcbuf.h). Must come before the
 * program's memory is taken back. */
void fault_report(const struct dead_program *d, const u64 words[]);
