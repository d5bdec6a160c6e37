/*
 * The first C code of a program. There is no exit system call (the kernel knows no processes): that a
 * program is over is a message to who started it, and its thread stops meanwhile.
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
	/* Somebody may resume the thread; there is nothing to go on with. */
	while (thread_suspend(SLOT_THREAD) == OK)
		;
	/* Not allowed to stop itself: a fault ends it for sure, and is reported. */
	__builtin_trap();
}
