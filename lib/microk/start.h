/* How a program begins and ends. */
#pragma once
#include "microk/types.h"

/* What the first thread was started with: the startup page of a program, the information area
 * for the root task. */
extern const void *start_argument;

/* The program. When it returns, the program is over; 0 means that all went well. */
int main(void);

/* Called by _start only. */
_Noreturn void program_start(const void *argument);

/* Ends the program: tells init (the grant "init", if there is one) how it went, then stops. */
_Noreturn void program_exit(int code);

/* Stops the calling program's first thread for good. */
_Noreturn void program_stop(void);
