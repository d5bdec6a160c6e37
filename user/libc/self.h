/* The process's startup page, and the calling thread's part of the process. */
#pragma once
#include "lib/microk/self.h"
#include "protocols/process.h"

#define process_page ((const struct process_page *)PROCESS_PAGE)

/* A thread's own data, by its place in the process. A place's data stays from one thread to the next, so that no request has
 * the number of an earlier one's. */
struct own {
	struct thread_self self; /* first, for lib/microk */
	u64 pointer[5];          /* a thread pointer for its last moments leads here: the last word is this structure's address */
	int *clear;              /* set_tid_address: set to 0 when the thread has ended */
	const volatile int *cancel; /* at a cancellation point: musl's word, which is not 0 when the thread is cancelled */
	u32 wait;                /* enum wait_state (waiting.h) */
	u32 lives;               /* threads that have been in this place */
	u32 watches;             /* slot of its Notification as servers get it (poll.c); 0: none yet */
	void *robust;            /* set_robust_list */
	u64 by_thread;           /* of the signals that it has sent to itself: those by tkill */
};

/* The calling thread's. */
static inline struct own *own(void)
{
	return (struct own *)thread_self();
}

struct own *own_at(u32 place);
u32 own_place(const struct own *o);
/* As gettid returns it: the first thread's is the process's number; no two threads of the machine have the same. */
u32 own_number(const struct own *o);

/* The slots of the calling thread: its capability to proc, and a Notification to sleep on. */
cap_t process_slot(void);
cap_t process_wakeup(void);

/* The first thread's own data, before its first request. */
void self_begin(void);
/* Those of a child's only thread, which is the calling one. */
void self_forked(void);
/* Makes the calling thread's data reachable without musl's structure of the thread, which may be gone soon. */
void self_last(void);
/* Those of the calling thread, which has just begun in that place. */
struct own *self_begin_at(u32 place);
