/*
 * The first C code of a program. There is no exit system call, as the kernel has no processes: a program
 * that ends sends a message to init, which started it, and stops its thread.
 */
#include "lib/microk/start.h"
#include "lib/microk/print.h"
#include "lib/microk/startup.h"
#include "lib/microk/thread.h"

const void *start_argument;

_Noreturn void program_start(const void *argument)
{
	const struct startup *page = argument;
	bool prepared = thread_prepare_first();

	start_argument = argument;
	if (page && page->magic == STARTUP_MAGIC)
		startup = page;
	if (prepared)
		program_exit(main());
	print("this program has __thread variables, and the kernel refuses it a thread pointer "
	      "(THREAD_TLS): build a later stage\n");
	program_exit(1);
}

_Noreturn void program_stop(void)
{
	thread_end();
}
