/* From the stack pointer to what the thread has to itself; apart, so that a test on the host has its own. */
#include "lib/microk/self.h"

struct thread_self *thread_self(void)
{
	u64 sp;

	__asm__("mov %%rsp, %0" : "=r"(sp));
	return (struct thread_self *)((sp | (THREAD_STACK_BYTES - 1)) + 1) - 1;
}
