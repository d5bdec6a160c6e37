/*
 * The scheduler: fixed priorities, round robin among equals, no tick when idle.
 *
 * The kernel has one stack per processor and no kernel threads: a thread that waits is only a
 * state in its object, and leaving the kernel means picking whose registers to restore.
 * (seL4 does so; xv6 keeps a kernel stack for each process and switches between them.)
 */
#include "sched/schedule.h"
#include "sched/cpu.h"
#include "sched/ready.h"
#include "sched/stats.h"
#include "sched/switch.h"
#include "x86/apic.h"
#include "x86/trap.h"
#include "x86/x86.h"

#define SLICE_MS 10 /* 100 Hz at most, and only while somebody runs */

struct cpu cpu0;
static bool tick_armed;

void schedule_request(void) { this_cpu()->need_schedule = true; }

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
	thread_charge(t);
	schedule_request();
}

void schedule_tick(void)
{
	struct thread *t = this_cpu()->current;

	tick_armed = false;
	if (t && t->state == THREAD_READY)
		schedule_yield(t);
	schedule_request();
}

/* The current thread keeps the processor unless a more urgent one is ready. */
static void pick(struct cpu *cpu)
{
	struct thread *current = cpu->current, *next = ready_first();

	cpu->need_schedule = false;
	if (current && current->state == THREAD_READY) {
		if (!next || next->priority <= current->priority)
			return;
		ready_add_first(current);
	}
	if (next)
		ready_remove(next);
	if (current && current != next)
		thread_charge(current);
	if (next != current)
		thread_switch(next);
}

_Noreturn void kernel_exit(void)
{
	struct cpu *cpu = this_cpu();

	if (cpu->need_schedule || !cpu->current)
		pick(cpu);
	if (!cpu->current) {
		if (tick_armed) {
			timer_disarm();
			tick_armed = false;
		}
		schedule_nothing_left();
		stats_idle_begin();
		cpu_idle();
	}
	if (!tick_armed) {
		timer_arm(rdtsc() + tsc_hz / 1000 * SLICE_MS);
		tick_armed = true;
	}
	stats_leave();
	user_return();
}
