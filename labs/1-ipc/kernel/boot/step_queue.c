/* Exercise 1.4: three programs become ready, and each yields after every report. The scheduler runs them by the ready
 * queue. */
#include "../../kernel/boot/step.h"
#include "lib/print.h"
#include "sched/schedule.h"

#define PROGRAMS 3
#define TURNS 12

static struct thread *programs[PROGRAMS];
static const u8 priorities[PROGRAMS] = {33, 32, 32};
static const struct thread *ran[TURNS];
static u32 turns;

static void note(const struct thread *t)
{
	if (turns < TURNS)
		ran[turns++] = t;
}

static void begin(void)
{
	struct space *space = steps_space(0);

	steps_use_scheduler(note);
	for (u32 p = 0; p < PROGRAMS; p++) {
		programs[p] = steps_thread((char)('A' + p), space);
		programs[p]->priority = programs[p]->own_priority = priorities[p];
		programs[p]->regs.rip = steps_at(steps_turns);
	}
	for (u32 p = PROGRAMS; p-- > 0;)
		thread_resume(programs[p]);
}

static void print_lanes(void)
{
	kprintf("[1.4] C, B and A became ready in this order; each yields after a mark\n");
	for (u32 p = 0; p < PROGRAMS; p++) {
		kprintf("      %s, priority %u  ", programs[p]->name, programs[p]->own_priority);
		for (u32 i = 0; i < turns; i++)
			kprintf("%c", ran[i] == programs[p] ? '#' : '.');
		kprintf("\n");
	}
}

bool step_queue(u32 turn)
{
	if (turn == 0) {
		begin();
		return true;
	}
	if (turns)
		print_lanes();
	else
		kprintf("[1.4] three programs became ready, and none of them ran\n");
	/* A program that was left out by a wrong queue must not run in a later step. */
	for (u32 p = 0; p < PROGRAMS; p++)
		programs[p]->state = THREAD_STOPPED;
	return false;
}
