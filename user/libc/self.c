/*
 * Each thread's own data, in place of lib/microk/self.c: stacks are the program's, so the stack pointer leads to
 * nothing. musl's structure of a thread, at the thread pointer, has a word for Linux's vDSO on 32-bit machines,
 * `sysinfo`, of which x86_64 makes no use: it leads to the thread's struct own. It is 0 for the first thread,
 * also before musl has set a thread pointer (PROCESS_PAGE has zeroes there).
 */
#include "user/libc/self.h"

static struct own owns[PROCESS_THREADS];

struct thread_self *thread_self(void)
{
	struct thread_self *self;

	__asm__("mov %%fs:32, %0" : "=r"(self));
	return self ? self : &owns[0].self;
}

struct own *own_at(u32 place)
{
	return &owns[place];
}

u32 own_place(const struct own *o)
{
	return (u32)(o - owns);
}

/* musl has 30 bits for it. The upper half of these are threads beside the first: a count of 18 bits, and the number by which
 * servers know the place. */
#define FURTHER (1u << 29)
#define LIVES_SHIFT 11
#define LIVES_MASK 0x3ffffu
_Static_assert((LIVES_MASK << LIVES_SHIFT) < FURTHER, "30 bits");

u32 own_number(const struct own *o)
{
	u32 place = own_place(o);

	return place == 0 && o->lives == 0
		       ? process_page->process
		       : FURTHER | (o->lives & LIVES_MASK) << LIVES_SHIFT |
				 (process_page->number + place);
}

cap_t process_slot(void)
{
	return PROCESS_SLOT_THREADS + own_place(own());
}

cap_t process_wakeup(void)
{
	return PROCESS_SLOT_WAKEUPS + own_place(own());
}

static void fill(struct own *o)
{
	u32 place = own_place(o);

	o->self.buffer = (struct ipcbuf *)PROCESS_BUFFER(place);
	o->self.number = process_page->number + place;
	o->self.wakeup = PROCESS_SLOT_WAKEUPS + place;
}

void self_begin(void)
{
	fill(&owns[0]);
}

struct own *self_begin_at(u32 place)
{
	struct own *o = &owns[place];

	fill(o);
	__asm__ volatile("mov %0, %%fs:32" ::"r"(o) : "memory");
	return o;
}
