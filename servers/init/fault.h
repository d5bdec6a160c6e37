/* Fault reports, in names. */
#pragma once
#include "servers/init/unit.h"

#define FAULT_TEXT 160

/* What a fault message (microk/ipcbuf.h) says, as a sentence for people:
 * "wrote to 0x0, where nothing is mapped". Pure. */
void fault_describe(const u64 words[], char *to, size_t bytes);

/* Logs the whole report: service, thread, cause, callers, registers. */
void fault_report(const struct unit *s, const u64 words[]);
