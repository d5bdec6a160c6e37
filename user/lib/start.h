/* How a program begins and ends. */
#pragma once
#include "microk/types.h"

/* What the first thread was started with: the startup page of a program, the information area
 * for the root task. */
extern const void *start_argument;

/* The program. When it returns, the program is over. */
int main(void);

/* Called by _start only. */
_Noreturn void program_start(const void *argument);

/* Stops the calling program's first thread for good. */
_Noreturn void program_stop(void);
