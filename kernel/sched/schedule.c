/*
 * The scheduler: fixed priorities, round robin among equals, no tick when idle.
 *
 * The kernel has one stack per processor and no kernel threads: a thread that waits is only a
 * state in its object, and leaving the kernel means picking the thread to restore.
 * (seL4 does so; xv6 keeps a kernel stack for each process and switches between them.)
 */
#include "sched/schedule.h"
#include "pc/apic.h"
#include "sched/deadline.h"
#include "sched/ready.h"
#include "sched/slow.h"
#include "sched/stats.h"
#include "sched/switch.h"
#include "x86/cpu.h"
#include "x86/state.h"
#include "x86/x86.h"

#define PAYER_STEPS 8 /* how far to look for the thread that pays: every walk is bounded */
#define SLICE_MS 10   /* 100 Hz at most, and only while a thread runs */

void schedule_init(void)
{
	cpu0.timer_at = ~0ul;
	cpu0.slow_reasons = SLOW_SAMPLE;
}

void schedule_request(void)
{
	this_cpu()->need_schedule = true;
}

void schedule_block(struct thread *t, enum thread_state state)
{
	t->state = state;
	schedule_request();
}

void schedule_ready(struct thread *t)
{
	struct thread *current = this_cpu()->current;

	/* It began to wait in this very system call, and need not wait after all. schedule_pick finds it ready. */
	if (t == current)
		return;
	ready_add(t);
	if (!current || t->priority > current->priority)
		schedule_request();
}

/* Its equals run first, if there are any. */
static bool let_others(struct cpu *cpu, struct thread *t)
{
	if (cpu->timed)
		deadline_wake(t->priority);
	if (ready_priority() < t->priority)
		return false;
	ready_add(t);
	cpu->current = NULL;
	schedule_request();
	return true;
}

/* It gives up the rest of its turn, so its next one is a whole one. */
void schedule_yield(struct thread *t)
{
	struct cpu *cpu = this_cpu();

	if (let_others(cpu, t) && cpu->charged)
		cpu->charged->slice_until = 0;
}

/* A slice counts in the ticks that its thread is charged, so it needs no care when threads are switched, and its rest stays
 * the thread's own. */
static u64 slice_ticks(void)
{
	return tsc_hz / 1000 * SLICE_MS;
}

/* TSC at which the slice of the thread that is charged ends. A used-up one is followed by another, which is shorter by the
 * time used beyond the first. */
static u64 slice_end(const struct cpu *cpu)
{
	struct thread *t = cpu->charged;
	u64 slice = slice_ticks();

	if (t->slice_until && t->ticks >= t->slice_until)
		t->slice_until += slice;
	/* Its first slice, the one after a yield, or after a rest that is too short. */
	if (t->ticks + SLICE_REST_LEAST >= t->slice_until)
		t->slice_until = t->ticks + slice;
	return cpu->charged_since + t->slice_until - t->ticks;
}

static bool slice_is_used(struct cpu *cpu)
{
	return cpu->charged && rdtsc() + SLICE_REST_LEAST >= slice_end(cpu);
}

/* A stopped thread may still have to take apart objects that it ended. */
static bool can_run(const struct thread *t)
{
	return t->state == THREAD_READY || t->dying;
}

void schedule_tick(void)
{
	struct cpu *cpu = this_cpu();

	cpu->timer_at = ~0ul;
	slow_reasons_set(SLOW_SAMPLE, true);
	schedule_request(); /* if only to set the timer again */
	if (!slice_is_used(cpu))
		return;
	thread_charge(cpu->charged);
	if (cpu->current && can_run(cpu->current)) {
		let_others(cpu, cpu->current);
	} else if (cpu->aside) {
		/* It was put before its equals for this interrupt; now it goes after them. Its caller may be the one that pays. */
		ready_remove(cpu->aside);
		ready_add(cpu->aside);
	}
}

/* Time is charged along calls: a server's work is its caller's, and so on. */
struct thread *schedule_payer(struct thread *t)
{
	for (u32 i = 0; i < PAYER_STEPS && t->bound_reply.caller; i++)
		t = t->bound_reply.caller;
	return t;
}

void schedule_forget(struct thread *t)
{
	struct cpu *cpu = this_cpu();

	if (cpu->charged != t)
		return;
	thread_charge(t);
	cpu->charged = cpu->current != t ? cpu->current : NULL;
}

/* The current thread keeps the processor unless a more urgent one is ready. */
void schedule_pick(void)
{
	struct cpu *cpu = this_cpu();
	struct thread *current = cpu->current, *paid = cpu->charged;
	bool goes_on = current && can_run(current);

	if (cpu->timed) {
		int least = goes_on ? current->priority : 0, ready = ready_priority();
		deadline_wake((u32)MAX(least, ready));
		goes_on = current && can_run(current); /* its own deadline may have passed */
	}
	cpu->need_schedule = false;

	struct thread *next = ready_first();
	if (goes_on && (!next || next->priority <= current->priority))
		next = current;
	else if (next)
		ready_remove(next);
	/* The thread that pays changes without a switch, too: a server answers one caller and takes the next. */
	cpu->charged = next ? schedule_payer(next) : NULL;
	if (paid && (next != current || cpu->charged != paid))
		thread_charge(paid);
	if (next == current)
		return;
	if (goes_on)
		schedule_set_aside(current, paid);
	/* This comes before the switch, which loads the thread pointer that this clears. */
	selectors_clear();
	thread_switch(next);
}

/* A reply by the fast path may switch to a less urgent thread without calling this. It must not do so while there is a
 * deadline of a priority between the two for which the timer is not set. */
static void note_hidden_deadlines(struct cpu *cpu)
{
	u64 hidden = 0;

	if (cpu->current && cpu->charged) {
		/* The first caller is the least urgent, and is not found at the end of a longer chain. */
		u32 least = cpu->charged->bound_reply.caller ? 0 : cpu->charged->priority;

		hidden = cpu->timed >> least << least & ((1ul << cpu->current->priority) - 1);
	}
	if (!hidden != !(cpu->slow_reasons & SLOW_TIMER))
		slow_reasons_set(SLOW_TIMER, hidden);
}

/* One timer serves slices and deadlines. Setting it takes longer than a switch, so it is left alone as long as it fires in
 * time for the next deadline. For the end of a slice it may then fire too early, and is set again, or too late by less than
 * a slice, which shortens the thread's next slice. */
void schedule_set_timer(void)
{
	struct cpu *cpu = this_cpu();
	u64 at = ~0ul;

	if (cpu->timed)
		at = deadline_next(cpu->current ? cpu->current->priority : 0);
	if (cpu->timed || (cpu->slow_reasons & SLOW_TIMER))
		note_hidden_deadlines(cpu);
	if (cpu->current) {
		bool soon = cpu->timer_at - cpu->charged_since <= slice_ticks();
		u64 end = soon ? cpu->timer_at : slice_end(cpu);
		at = MIN(at, end);
	}
	if (at == cpu->timer_at)
		return;
	cpu->timer_at = at;
	if (at == ~0ul)
		timer_disarm();
	else
		timer_arm(at);
}
