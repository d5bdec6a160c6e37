/*
 * The scheduler: fixed priorities, round robin among equals, no tick when idle.
 *
 * The kernel has one stack per processor and no kernel threads: a thread that waits is only a
 * state in its object, and leaving the kernel means picking whose registers to restore.
 * (seL4 does so; xv6 keeps a kernel stack for each process and switches between them.)
 */
#include "sched/schedule.h"
#include "sched/cpu.h"
#include "sched/deadline.h"
#include "sched/ready.h"
#include "sched/stats.h"
#include "sched/switch.h"
#include "x86/apic.h"
#include "x86/entry_point.h"
#include "x86/fpu.h"
#include "x86/state.h"
#include "x86/trap.h"
#include "x86/x86.h"

#define PAYER_STEPS 8 /* how far to look for who pays; bounded as all else */
#define SLICE_MS 10   /* 100 Hz at most, and only while somebody runs */

struct cpu_area cpu_area;

void schedule_init(void)
{
	cpu0.timer_at = cpu0.wheel.next_tsc = ~0ul;
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

	ready_add(t);
	if (!current || t->priority > current->priority)
		schedule_request();
}

void schedule_yield(struct thread *t)
{
	if (ready_priority() < t->priority)
		return;
	ready_add(t);
	this_cpu()->current = NULL;
	schedule_request();
}

void schedule_tick(void)
{
	struct cpu *cpu = this_cpu();
	u64 now = rdtsc();

	cpu->timer_at = ~0ul;
	slow_reasons_set(SLOW_SAMPLE, true);
	schedule_request(); /* if only to set the timer again */
	deadline_expire(now);
	schedule_ticked();
	if (cpu->slice_end && now >= cpu->slice_end) {
		cpu->slice_end = 0;
		if (cpu->current && cpu->current->state == THREAD_READY)
			schedule_yield(cpu->current);
	}
}

/* Time is charged along calls: a server's work is its caller's, and so on. */
static struct thread *payer(struct thread *t)
{
	for (u32 i = 0; i < PAYER_STEPS && t->bound_reply.caller; i++)
		t = t->bound_reply.caller;
	return t;
}

/* Whom current works for changes without a switch, too: a server answers one and takes the next. */
static void charge_payer(struct cpu *cpu)
{
	struct thread *t = payer(cpu->current);

	if (t == cpu->charged)
		return;
	if (cpu->charged)
		thread_charge(cpu->charged);
	cpu->charged = t;
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
static void pick(struct cpu *cpu)
{
	struct thread *current = cpu->current, *next = ready_first();

	cpu->need_schedule = false;
	if (current && current->state == THREAD_READY) {
		if (!next || next->priority <= current->priority) {
			charge_payer(cpu);
			return;
		}
		ready_add_first(current);
	}
	if (next)
		ready_remove(next);
	if (next == current)
		return;
	if (cpu->charged)
		thread_charge(cpu->charged);
	/* Before the switch, which loads the thread pointer that this clears. */
	selectors_clear();
	thread_switch(next);
	cpu->charged = next ? payer(next) : NULL;
}

/* One timer serves slices and deadlines. It is set only when what comes first has changed. */
static void timer_update(struct cpu *cpu)
{
	u64 at = cpu->wheel.next_tsc;

	if (!cpu->current)
		cpu->slice_end = 0;
	else if (!cpu->slice_end)
		cpu->slice_end = rdtsc() + tsc_hz / 1000 * SLICE_MS;
	if (cpu->slice_end)
		at = MIN(at, cpu->slice_end);
	if (at == cpu->timer_at)
		return;
	cpu->timer_at = at;
	if (at == ~0ul)
		timer_disarm();
	else
		timer_arm(at);
}

/* Whatever is due before somebody can run, or while nobody can. */
static void settle(struct cpu *cpu)
{
	pick(cpu);
	if (!cpu->current) {
		schedule_nothing_left();
		pick(cpu);
	}
	fpu_switch(cpu->current);
	timer_update(cpu);
	if (cpu->current)
		return;
	stats_idle_begin();
	cpu_idle();
}

_Noreturn void kernel_exit(void)
{
	struct cpu *cpu = this_cpu();

	if (cpu->need_schedule || !cpu->current)
		settle(cpu);
	user_return();
}
