/* Choosing the thread that runs next. */
#pragma once
#include "sched/ready.h"
#include "sched/thread.h"

/* Must be called before any other function of this header. */
void schedule_init(void);

/* Something changed: pick again before leaving the kernel. */
void schedule_request(void);

/* The current thread waits now, in this state. */
void schedule_block(struct thread *t, enum thread_state state);

/* The current thread lets its equals run first. */
void schedule_yield(struct thread *t);

/* A thread became ready: queue it, if it is not the current one; if it is more urgent than that, pick again. */
void schedule_ready(struct thread *t);

/* The thread is about to be destroyed: no longer charge it. */
void schedule_forget(struct thread *t);

/* The timer fired. */
void schedule_tick(void);

/* On the way out of the kernel: the current thread keeps the processor unless a more urgent one is ready. */
void schedule_pick(void);

/* After that: the timer fires when the next slice or deadline is over. */
void schedule_set_timer(void);

/* The thread that pays for t's time. */
struct thread *schedule_payer(struct thread *t);

/* In ticks: the timer's interrupt and the choice of the next thread take longer than a slice of which no more is left. So that
 * rest is given up: otherwise an urgent thread would take a second interrupt while it wakes. */
#define SLICE_REST_LEAST 4096

/* A more urgent thread takes the turn of t, after `paid` was charged for it. A thread that is interrupted in its slice
 * continues it before its equals; one that has used up its slice, or nearly, comes after them. */
static inline void schedule_set_aside(struct thread *t, const struct thread *paid)
{
	if (paid && paid->slice_until && paid->ticks + SLICE_REST_LEAST >= paid->slice_until)
		ready_add(t);
	else
		ready_add_first(t);
}
