/*
 * The direct switch. A thread that is woken and is more urgent than all others would go into the ready queue only to be
 * found there as the first, so it becomes current at once, and the scheduler is not asked.
 *
 * seL4 has both kinds: its scheduler compares a woken thread with the current one and bypasses the queue ("possibleSwitchTo"),
 * and the signal's fast path of its MCS kernel goes on only if no switch follows. NOVA activates a blocked thread by its
 * queue always. Here the switch is the case that matters, since a signal is for a thread that waits for work.
 *
 * The result is that of schedule_pick and schedule_set_timer. Deadlines for which the timer would have to be set are left to
 * these. A switch to a thread that is as urgent or more needs no look at the deadlines: the timer is set for all that matter
 * to the current one, so it is early enough. The same holds for the end of the slice, since no slice is shorter than the
 * rest of another. Neither thread has objects to take apart: one waited, and the other came from user mode.
 */
#pragma once
#include "sched/deadline.h"
#include "sched/fpu.h"
#include "sched/schedule.h"
#include "sched/switch.h"
#include "x86/cpu.h"
#include "x86/state.h"
#include "x86/x86.h"

/* The deadlines of threads that are as urgent as `to` have the timer set for them, and a call that `to` serves cannot end
 * with a switch to a thread that is less urgent than `from` (schedule.c: note_hidden_deadlines). */
static inline bool timer_is_set(const struct cpu *cpu, const struct thread *from, const struct thread *to)
{
	const struct thread *caller = to->bound_reply.caller;

	return !cpu->timed || (to->priority >= from->priority && (!caller || caller == from));
}

/* `from` is the current thread (NULL: none); it may wait already. */
static inline __attribute__((always_inline)) bool runs_at_once(const struct cpu *cpu, const struct thread *from, const struct thread *to)
{
	if (!from || cpu->ready >> to->priority)
		return false;
	if (from->state == THREAD_READY && to->priority <= from->priority)
		return false;
	return timer_is_set(cpu, from, to);
}

static inline __attribute__((always_inline)) void run_at_once(struct cpu *cpu, struct thread *from, struct thread *to)
{
	struct thread *paid = cpu->charged;
	u64 since = cpu->charged_since;

	to->state = THREAD_READY;
	cpu->need_schedule = false;
	cpu->charged = to->bound_reply.caller ? schedule_payer(to) : to;
	selectors_clear();
	thread_switch(to);
	/* The switch has read the clock. */
	if (paid)
		paid->ticks += cpu->charged_since - since;
	if (from->state == THREAD_READY)
		schedule_set_aside(from, paid);
	fpu_follow(to);
}

/* The switch of the fast path: the current thread has called `to`, which waited and is as urgent. The thread that pays goes on
 * paying, and the timer is set for all that matter to the caller. */
static inline __attribute__((always_inline)) void run_called(struct cpu *cpu, struct thread *to)
{
	to->state = THREAD_READY;
	cpu->current = to;
	entry_stack_set(to);
	selectors_clear();
	if (cpu->cr3 != to->cr3) {
		cpu->cr3 = to->cr3;
		write_cr3(to->cr3);
	}
	if (cpu->fs_base | to->fs_base)
		thread_tls_changed(to);
	fpu_follow(to);
}

/* Makes a thread that waited ready, as thread_resume does, with the registers as they are. If the current thread and all
 * that are ready are less urgent, t is current when this returns. So the current thread's operation does this last. */
static inline __attribute__((always_inline)) void thread_hand_over(struct thread *t)
{
	struct cpu *cpu = this_cpu();

	if (!(t->extras & EXTRA_TIMED) && runs_at_once(cpu, cpu->current, t))
		run_at_once(cpu, cpu->current, t);
	else
		thread_resume(t);
}
