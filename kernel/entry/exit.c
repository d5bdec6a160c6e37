/* The way out of the kernel: the choice of the thread, and the work that is due before it. */
#include "entry/exit.h"
#include "entry/trap.h"
#include "sched/fpu.h"
#include "sched/ready.h"
#include "sched/schedule.h"
#include "sched/stats.h"
#include "sched/thread.h"
#include "x86/cpu.h"

/* Work that is due before a thread can run, or while none can. */
static void settle(struct cpu *cpu)
{
	cpu->aside = NULL;
	schedule_pick();
	if (!cpu->current) {
		exit_nothing_left();
		schedule_pick();
	}
	fpu_switch(cpu->current);
	schedule_set_timer();
	if (cpu->current)
		return;
	stats_idle_begin();
	cpu_idle();
}

/* An interrupt waits, and t still has objects to take apart. It is not taken in user mode: it may be late, by a tick of the timer
 * at least, and t's next instruction may be a system call that waits. t would then be in an Endpoint's queue and in the ready
 * queue, by the same links. */
static _Noreturn void take_interrupt(struct cpu *cpu, struct thread *t)
{
	ready_add_first(t);
	cpu->aside = t;
	cpu->current = NULL;
	cpu_idle();
}

_Noreturn void kernel_exit(void)
{
	struct cpu *cpu = this_cpu();

	for (;;) {
		if (cpu->need_schedule || !cpu->current)
			settle(cpu);
		struct thread *t = cpu->current;

		if (!t->dying && t->state == THREAD_READY)
			user_return();
		if (!t->dying) {
			/* It was stopped, and other threads took apart the objects that it had left. */
			cpu->current = NULL;
		} else if (exit_finish()) {
			if (cpu->current == t && t->state != THREAD_READY)
				cpu->current = NULL;
		} else if (cpu->need_schedule) {
			continue; /* a more urgent thread is ready */
		} else {
			take_interrupt(cpu, t);
		}
	}
}
