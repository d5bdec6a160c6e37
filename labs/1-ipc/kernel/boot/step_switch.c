/* Exercise 1.3: two programs in two address spaces read the same address in turn, and thread_switch goes from one to the
 * other. */
#include "../../kernel/boot/step.h"
#include "lib/print.h"
#include "sched/switch.h"
#include "x86/cpu.h"
#include "x86/x86.h"

#define PROGRAMS 2
#define TURNS 4

static struct thread *programs[PROGRAMS];
static const u64 words[PROGRAMS] = {0xaaaa, 0xbbbb};
static u64 came[TURNS], cr3[TURNS];

static void print_turns(u32 turns)
{
	kprintf("[1.3] two programs read the word at 0x%lx in turn\n", STEPS_DATA);
	for (u32 p = 0; p < PROGRAMS; p++) {
		kprintf("      %c ", programs[p]->name[0]);
		for (u32 i = 0; i < turns; i++)
			if (i % PROGRAMS == p)
				kprintf(" %04lx", came[i]);
			else
				kprintf(" ----");
		kprintf("\n");
	}
	u32 own = 0;
	for (u32 i = 0; i < turns; i++)
		own += cr3[i] == programs[i % PROGRAMS]->cr3 && came[i] == words[i % PROGRAMS];
	kprintf("      in %u of %u turns it was the program's own page, by its own CR3; ticks were "
		"%s\n",
		own, turns,
		programs[0]->ticks && programs[1]->ticks
			? "charged to both"
			: "not charged to both");
}

/* The next program reads; the first is started by hand. */
static bool start(u32 turn)
{
	struct thread *next = programs[turn % PROGRAMS];

	if (turn == 0) {
		steps_run(next, steps_at(steps_load), STEPS_DATA);
		return true;
	}
	thread_charge(programs[(turn - 1) % PROGRAMS]);
	next->state = THREAD_READY;
	next->regs.rip = steps_at(steps_load);
	next->regs.rdi = STEPS_DATA;
	thread_switch(next);
	if (this_cpu()->current == next)
		return true;
	kprintf("[1.3] thread_switch was called for a second program, and it is not the current "
		"one\n");
	this_cpu()->current = NULL;
	return false;
}

bool step_switch(u32 turn)
{
	if (turn == 0)
		for (u32 p = 0; p < PROGRAMS; p++)
			programs[p] = steps_thread((char)('A' + p), steps_space(words[p]));
	else if (step_fault) {
		came[turn - 1] = step_fault->regs.rax;
		cr3[turn - 1] = read_cr3();
	}
	if (turn > 0 && !step_fault)
		return false;
	if (turn < TURNS)
		return start(turn);
	print_turns(turn);
	return false;
}
