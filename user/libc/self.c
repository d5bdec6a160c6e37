/*
 * Each thread's own data, in place of lib/microk/self.c: stacks are the program's, so the stack pointer leads to
 * nothing. musl's structure of a thread, at the thread pointer, has a word for Linux's vDSO on 32-bit machines,
 * `sysinfo`, of which x86_64 makes no use: it leads to the thread's struct own. It is 0 for the first thread,
 * also before musl has set a thread pointer (PROCESS_PAGE has zeroes there).
 */
#include "user/libc/self.h"
#include "gen/protocols/process_client.h"
#include "lib/microk/slots.h"

static struct own owns[PROCESS_THREADS];
/* The thread whose number is the process's: at the place in which it began, and the count of lives there. */
static u32 first_place, first_life;

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

	return place == first_place && o->lives == first_life
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

void self_last(void)
{
	struct own *o = own();
	enum microk_status status;

	o->pointer[ARRAY_LEN(o->pointer) - 1] = (u64)o;
	do
		status = process_pointer(process_slot(), (u64)o->pointer);
	while (status == ERR_PEER_DIED || status == ERR_CANCELLED);
}

/* The other threads are not in the child. A Notification that servers got is the parent's thread's. */
void self_forked(void)
{
	struct own *me = own();

	for (u32 place = 0; place < PROCESS_THREADS; place++) {
		struct own *o = &owns[place];

		slot_drop(o->watches);
		o->watches = 0;
		o->wait = 0;
		o->clear = NULL;
		if (o != me) {
			o->cancel = NULL;
			o->robust = NULL;
		}
	}
	first_place = own_place(me);
	first_life = me->lives;
	me->self.number = process_page->number + first_place;
}
