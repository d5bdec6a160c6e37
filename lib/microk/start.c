/*
 * The first C code of a program. There is no exit system call, as the kernel has no processes: a program
 * that ends sends a message to init, which started it, and stops its thread.
 */
#include "lib/microk/start.h"
#include "gen/lib/microk/methods.h"
#include "lib/microk/ipc.h"
#include "lib/microk/startup.h"

const void *start_argument;

_Noreturn void program_start(const void *argument)
{
	const struct startup *page = argument;

	start_argument = argument;
	if (page && page->magic == STARTUP_MAGIC)
		startup = page;
	program_exit(main());
}

_Noreturn void program_stop(void)
{
	/* If the thread is resumed, it stops again: it has nothing left to do. */
	while (thread_suspend(SLOT_THREAD) == OK)
		;
	/* The thread may not stop itself: a fault stops it in any case, and is reported. */
	__builtin_trap();
}
