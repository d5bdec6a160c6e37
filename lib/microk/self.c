/* Finds a thread's own data by its stack pointer. It is a file of its own so that a test on the host can replace it. */
#include "lib/microk/self.h"

struct thread_self *thread_self(void)
{
	u64 sp;

	__asm__("mov %%rsp, %0" : "=r"(sp));
	return (struct thread_self *)((sp | (THREAD_STACK_BYTES - 1)) + 1) - 1;
}
