/* What programs see of the console: a terminal of protocols file and tty. */
#pragma once
#include "microk/types.h"

/* Takes bytes typed on the keyboard or received on the line. */
void session_input(const char *bytes, size_t count);

/* Serves programs on the endpoint for ever; calls `notified` with the bits of interrupts. */
_Noreturn void session_run(cap_t endpoint, void (*notified)(u64 bits));
