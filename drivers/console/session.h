/* What programs see of the console: a terminal of protocols file and tty. */
#pragma once
#include "drivers/console/output.h"
#include "microk/types.h"

#define SESSION_RECEIVE_MAX 64

/* Takes bytes typed on the keyboard. */
void session_typed(const char *bytes, size_t count);

/* Takes bytes received on the serial line, at most SESSION_RECEIVE_MAX: typed there, or the far terminal's answers. */
void session_received(const char *bytes, size_t count);

/* Serves programs on the endpoint for ever; calls `notified` with the bits of interrupts. */
_Noreturn void session_run(cap_t endpoint, void (*notified)(u64 bits));
