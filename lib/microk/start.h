/* How a program begins and ends. */
#pragma once
#include "microk/types.h"

/* The argument that the first thread was started with: the startup page, or for the root task the
 * information area. */
extern const void *start_argument;

/* The program. It ends when main returns; 0 means success. */
int main(void);

/* Called by _start only. */
_Noreturn void program_start(const void *argument);

/* Ends the program: reports the code to init (the grant "supervisor", if there is one), then stops. */
_Noreturn void program_exit(int code);

/* Stops the calling thread for good. */
_Noreturn void program_stop(void);
