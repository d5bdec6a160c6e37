/* Choosing the thread that runs next. */
#pragma once
#include "sched/thread.h"

/* Before anything else of this header. */
void schedule_init(void);

/* The way out of the kernel: picks if a pick is due, then user_return or cpu_idle. */
_Noreturn void kernel_exit(void);

/* Something changed: pick again before leaving the kernel. */
void schedule_request(void);

/* The current thread waits now, in this state. */
void schedule_block(struct thread *t, enum thread_state state);

/* The current thread lets its equals run first. */
void schedule_yield(struct thread *t);

/* A thread became ready: queue it; if it is more urgent than the current one, pick again. */
void schedule_ready(struct thread *t);

/* The thread is about to be destroyed: no longer charge it. */
void schedule_forget(struct thread *t);

/* The timer fired. */
void schedule_tick(void);

/* Called when nothing can run (stage 1's stand-in ends the machine then); something may after it. */
void schedule_nothing_left(void);

/* On the way out of the kernel: the current thread takes apart the objects that it ended. True: it has, and if it ended itself
 * no thread is current any more; false: an interrupt waits (the same file). */
bool schedule_finish(void);
