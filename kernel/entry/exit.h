/* The way out of the kernel. */
#pragma once
#include "microk/types.h"

/* Picks a thread if a pick is due, then user_return or cpu_idle. */
_Noreturn void kernel_exit(void);

/* The current thread takes apart the objects that it ended. True: it has, and if it ended itself no thread is current any more;
 * false: an interrupt waits (finish.c, as the next). */
bool exit_finish(void);

/* Called when nothing can run (stage 1's stand-in ends the machine then); something may after it. */
void exit_nothing_left(void);
