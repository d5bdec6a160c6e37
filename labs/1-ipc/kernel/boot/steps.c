/* The order of the steps, and how a program runs before there is anything to run it by. */
#include "../../kernel/boot/step.h"
#include "../../kernel/boot/steps.h"
#include "../../kernel/lib/watch.h"
#include "boot/memory.h"
#include "lib/print.h"
#include "lib/string.h"
#include "microk/error.h"
#include "sched/schedule.h"
#include "sched/slow.h"
#include "sched/switch.h"
#include "x86/cpu.h"
#include "x86/layout.h"
#include "x86/pte.h"
#include "x86/x86.h"

#define STEP_PRIORITY 32

static bool (*const steps[])(u32 turn) = {step_entry, step_pages, step_switch, step_queue};
static u32 at, turn; /* the present step, and how often it was called */
static void (*tasks)(void);
static void (*on_signal)(
	const struct thread *t); /* not NULL: the scheduler runs this step's threads */
static bool over;
struct thread *step_fault;

static void go_on(struct thread *fault)
{
	step_fault = fault;
	this_cpu()->current = NULL;
	for (; at < ARRAY_LEN(steps); at++, turn = 0, on_signal = NULL)
		if (steps[at](turn++))
			return;
	over = true;
	/* The stand-ins' hook for calls, sends and replies is the trace. */
	slow_reasons_set(SLOW_TRACE, true);
	tasks();
}

/* A program of the steps has no CSpace; the stage's own tasks have. */
static bool is_of_a_step(const struct thread *t)
{
	return !t->caps_count;
}

static bool take_fault(struct thread *t)
{
	if (!is_of_a_step(t)) {
		timeline_note(t, MOMENT_FAULT);
		return false;
	}
	if (on_signal) {
		t->state = THREAD_STOPPED;
		schedule_request();
	} else {
		go_on(t);
	}
	return true;
}

static bool take_idle(void)
{
	if (!over) {
		go_on(NULL);
		if (over)
			schedule_pick(); /* with open exercises none of the tasks can run */
		if (!over || this_cpu()->current)
			return true;
	}
	timeline_draw();
	return false;
}

static void take_moment(const struct thread *t, enum moment what)
{
	if (!is_of_a_step(t)) {
		timeline_note(t, what);
	} else if (what == MOMENT_SIGNAL && on_signal) {
		on_signal(t);
	} else if (what == MOMENT_SIGNAL) {
		step_call = t->regs;
		step_calls++;
	}
}

void steps_begin(void (*after)(void))
{
	tasks = after;
	watch = (struct watch){take_moment, take_fault, take_idle};
	go_on(NULL);
}

void steps_use_scheduler(void (*signal)(const struct thread *t))
{
	on_signal = signal;
}

struct thread *steps_thread(char name, const struct space *space)
{
	struct thread *t = phys_to_virt(boot_alloc(THREAD_BYTES, THREAD_BYTES));

	thread_init(t);
	t->name[0] = name;
	t->cr3 = space->root_phys;
	t->priority = t->own_priority = t->priority_limit = STEP_PRIORITY;
	return t;
}

void steps_run(struct thread *t, u64 rip, u64 rdi)
{
	struct cpu *cpu = this_cpu();

	t->state = THREAD_READY;
	t->regs.rip = rip;
	t->regs.rdi = rdi;
	cpu->current = t;
	cpu->charged = NULL;
	cpu->charged_since = rdtsc();
	cpu->cr3 = t->cr3;
	write_cr3(t->cr3);
	entry_stack_set(t);
}

static u64 *new_table(void)
{
	return phys_to_virt(boot_alloc(TABLE_BYTES, PAGE_SIZE));
}

u64 steps_code_page(void)
{
	u64 page = boot_alloc(PAGE_SIZE, PAGE_SIZE);

	memcpy(phys_to_virt(page), steps_programs, (size_t)(steps_programs_end - steps_programs));
	return page;
}

/* The addresses of the programs need one table of each level. */
struct space *steps_space(u64 word)
{
	u64 *root = phys_to_virt(boot_alloc(SPACE_BYTES, PAGE_SIZE));
	struct space *space = (struct space *)((u8 *)root + TABLE_BYTES);
	u64 *level_3 = new_table(), *level_2 = new_table(), *level_1 = new_table(),
	    *page = new_table();
	const u64 table = PTE_PRESENT | PTE_WRITE | PTE_USER;

	space_init(space, root);
	root[0] = virt_to_phys(level_3) | table;
	level_3[0] = virt_to_phys(level_2) | table;
	level_2[STEPS_CODE >> 21] = virt_to_phys(level_1) | table;
	level_1[0] = steps_code_page() | PTE_PRESENT | PTE_USER;
	level_1[1] = virt_to_phys(page) | table | PTE_NX;
	page[0] = word;
	return space;
}

u64 steps_at(const char *program)
{
	return STEPS_CODE + (u64)(program - steps_programs);
}

void steps_column(const char *text, u32 width)
{
	kprintf("%s", text);
	for (size_t n = strlen(text); n < width; n++)
		kprintf(" ");
}

const char *steps_status(u32 status)
{
#define X(name, number, text)                                                                      \
	if (status == number)                                                                      \
		return #name;
	MICROK_STATUS(X)
#undef X
	return "an unknown status";
}
