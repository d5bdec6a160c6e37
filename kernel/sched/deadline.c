/*
 * Deadlines. Each priority has a heap of its own, and a deadline counts when its thread could run: the timer is set for
 * threads at least as urgent as the one that runs, and a thread is woken when the scheduler looks for one of its priority.
 * So a thread never waits while deadlines of less urgent threads expire, however many threads sleep: those take no time
 * until the processor is free for them.
 *
 * Linux and seL4 (MCS) expire all that is due at each timer interrupt, whatever thread runs. Bound: one pick wakes at most
 * one thread that is more urgent than all that are ready, or WAKE_AT_ONCE that are as urgent, and stops after any of them
 * if an interrupt waits or the deadline of a more urgent one has passed; the timer, which is set for the next deadline,
 * brings it back at once. Finding them takes a step for each priority and a walk in a heap (sched/heap.c).
 */
#include "sched/deadline.h"
#include "lib/upward.h"
#include "microk/ipcbuf.h"
#include "sched/heap.h"
#include "sched/preempt.h"
#include "sched/schedule.h"
#include "x86/cpu.h"
#include "x86/x86.h"

#define WAKE_AT_ONCE 16

status_t deadline_check(const struct thread *t, u64 tag)
{
	return (tag & TAG_DEADLINE) && !t->buffer ? ERR_BUFFER : OK;
}

static void put_in(struct cpu *cpu, struct thread *t)
{
	t->timer_priority = t->priority;
	heap_add(&cpu->timed_first[t->priority], t);
	cpu->timed |= 1ul << t->priority;
}

static void take_out(struct cpu *cpu, struct thread *t)
{
	u32 p = t->timer_priority;

	heap_remove(&cpu->timed_first[p], t);
	if (!cpu->timed_first[p])
		cpu->timed &= ~(1ul << p);
}

void deadline_start(struct thread *t)
{
	t->deadline = t->buffer->deadline;
	t->extras |= EXTRA_TIMED;
	put_in(this_cpu(), t);
	schedule_request(); /* the timer may have to fire earlier */
}

void deadline_stop(struct thread *t)
{
	if (!(t->extras & EXTRA_TIMED))
		return;
	take_out(this_cpu(), t);
	t->extras &= ~EXTRA_TIMED;
}

void deadline_move(struct thread *t)
{
	if (!(t->extras & EXTRA_TIMED) || t->timer_priority == t->priority)
		return;
	take_out(this_cpu(), t);
	put_in(this_cpu(), t);
}

u64 deadline_next(u32 priority)
{
	struct cpu *cpu = this_cpu();
	u64 next = ~0ul;

	for (u64 left = cpu->timed >> priority << priority; left; left &= left - 1)
		next = MIN(next, cpu->timed_first[__builtin_ctzl(left)]->deadline);
	return next;
}

static void expire(struct thread *t)
{
	u64 received = wait_received(t);

	deadline_stop(t);
	if (upward.cancel_wait(t))
		thread_wake(t, ERR_DEADLINE | received);
}

/* It will not wait for more of the less urgent ones to be woken. */
static bool is_more_urgent_due(u32 priority)
{
	return preempt_pending() ||
	       (priority + 1 < PRIORITIES && deadline_next(priority + 1) <= rdtsc());
}

void deadline_wake(u32 priority)
{
	struct cpu *cpu = this_cpu();
	u64 left = cpu->timed >> priority << priority, now = left ? rdtsc() : 0;

	while (left) {
		u32 p = 63 - (u32)__builtin_clzl(left);
		struct thread *t;

		for (u32 i = 0; i < WAKE_AT_ONCE && (t = cpu->timed_first[p]); i++) {
			if (t->deadline > now)
				break;
			expire(t);
			if (p > priority || is_more_urgent_due(p))
				return;
		}
		left &= ~(1ul << p);
	}
}
