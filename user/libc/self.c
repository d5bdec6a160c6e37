/*
 * Each thread's own data, in place of lib/microk/self.c: stacks are the program's, so the stack pointer leads to
 * nothing. musl's structure of a thread, at the thread pointer, has a word for Linux's vDSO on 32-bit machines,
 * `sysinfo`, of which x86_64 makes no use: it leads to the thread's struct thread_self. It is 0 for the first thread,
 * also before musl has set a thread pointer (PROCESS_PAGE has zeroes there).
 */
#include "lib/microk/self.h"
#include "user/libc/self.h"

static struct thread_self first;

struct thread_self *thread_self(void)
{
	struct thread_self *self;

	__asm__("mov %%fs:32, %0" : "=r"(self));
	return self ? self : &first;
}

cap_t process_slot(void)
{
	return PROCESS_SLOT_THREADS + thread_self()->number - process_page->number;
}

cap_t process_wakeup(void)
{
	return PROCESS_SLOT_WAKEUPS + thread_self()->number - process_page->number;
}

void self_begin(void)
{
	first.buffer = (struct ipcbuf *)PROCESS_BUFFER(0);
	first.number = process_page->number;
	first.wakeup = PROCESS_SLOT_WAKEUPS;
}

/* Its place is its buffer's: the number is of the new process. */
void self_forked(void)
{
	struct thread_self *self = thread_self();

	((struct process_control *)((u8 *)self->buffer + PROCESS_CONTROL))->held = 0;
	self->number =
		process_page->number + (u32)((PROCESS_BUFFER(0) - (u64)self->buffer) / PAGE_SIZE);
}
