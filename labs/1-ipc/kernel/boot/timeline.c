/* The timeline of the stage's own tasks: a column each, a row for each moment at which one of them was seen to do something, or
 * to be in another state than before. It is recorded while they run, and drawn when none can run any more, so that it is not
 * mixed with their own output. */
#include "../../kernel/boot/step.h"
#include "../../kernel/lib/watch.h"
#include "lib/print.h"
#include "lib/string.h"
#include "microk/syscall.h"

#define TASKS 3
#define ROWS 64
#define WIDTH 34

/* A cell is a moment, in which its task does something, or, with OF_STATE, the state in which it was found. */
#define OF_STATE 16u
#define WAS_WOKEN                                                                                  \
	15u /* before its next moment, which has overwritten the registers that it was woken with */

struct cell {
	u8 what; /* 0: nothing new */
	u64 tag; /* rax */
};

static struct task {
	const struct thread *thread;
	u8 state;
} tasks[TASKS];
static struct cell rows[ROWS][TASKS];
static u32 count, lost;

static struct task *task_of(const struct thread *t)
{
	for (u32 i = 0; i < TASKS; i++) {
		if (!tasks[i].thread)
			tasks[i] = (struct task){t, THREAD_READY};
		if (tasks[i].thread == t)
			return &tasks[i];
	}
	return NULL;
}

static struct cell cell_of(const struct thread *t, u8 what)
{
	return (struct cell){what, t->regs.rax};
}

/* A row, if there is anything new in it. */
static void add_row(const struct thread *t, u32 moment)
{
	struct cell row[TASKS] = {0};
	bool is_new = false;

	for (u32 i = 0; i < TASKS && tasks[i].thread; i++) {
		const struct thread *of = tasks[i].thread;

		if (of == t)
			row[i] = cell_of(of, (u8)moment);
		else if (of->state != tasks[i].state)
			row[i] = cell_of(of, OF_STATE + of->state);
		tasks[i].state = of->state;
		is_new |= row[i].what != 0;
	}
	if (!is_new)
		return;
	lost += count == ROWS;
	for (u32 i = 0; count < ROWS && i < TASKS; i++)
		rows[count][i] = row[i];
	count += count < ROWS;
}

/* A thread that received may have a message now, or wait for one: its state shows which. */
void timeline_note(const struct thread *t, u32 moment)
{
	const struct task *of = task_of(t);

	if (!of)
		return;
	if (of->state != THREAD_READY && moment != MOMENT_STOPPED)
		add_row(t, WAS_WOKEN);
	add_row(t, moment == MOMENT_RECEIVED ? OF_STATE + t->state : moment);
}

static const char *const names[] = {
	[MOMENT_CALL] = "calls",
	[MOMENT_SEND] = "sends",
	[MOMENT_REPLY] = "answers",
	[MOMENT_SENDER_WAITS] = "waits in the queue",
	[MOMENT_FAULT] = "faults",
	[MOMENT_STOPPED] = "is stopped",
	[WAS_WOKEN] = "was woken",
	[OF_STATE + THREAD_STOPPED] = "is stopped",
	[OF_STATE + THREAD_READY] = "goes on:",
	[OF_STATE + THREAD_SENDING] = "waits in the queue",
	[OF_STATE + THREAD_RECEIVING] = "waits for a message",
	[OF_STATE + THREAD_AWAITING] = "waits for the answer",
	[OF_STATE + THREAD_WAITING] = "waits for a signal",
	[OF_STATE + THREAD_FAULTED] = "waits for its handler",
};

/* These return the columns that they printed. */
static u32 print_text(const char *text)
{
	kprintf("%s", text);
	return (u32)strlen(text);
}

static u32 print_words(u64 tag)
{
	u32 n = TAG_LENGTH(tag), digits = n > 99 ? 3 : n > 9 ? 2 : 1;

	kprintf(" %u", n);
	return 1 + digits + print_text(n == 1 ? " word" : " words");
}

static u32 print_detail(const struct cell *c)
{
	if (c->what == MOMENT_CALL || c->what == MOMENT_SEND || c->what == MOMENT_REPLY)
		return print_words(c->tag);
	if (c->what != OF_STATE + THREAD_READY)
		return 0;
	if (TAG_STATUS(c->tag) == OK)
		return print_words(c->tag);
	return print_text(" ") + print_text(steps_status(TAG_STATUS(c->tag)));
}

static void draw_row(const struct cell *row)
{
	u32 column = 0;

	for (u32 i = 0; i < TASKS; i++) {
		if (!row[i].what)
			continue;
		for (; column < i * WIDTH; column++)
			kprintf(" ");
		column += print_text(names[row[i].what]) + print_detail(&row[i]);
	}
	kprintf("\n");
}

static void draw_head(void)
{
	u32 column = 0;

	kprintf("[timeline] ");
	for (u32 i = 0; i < TASKS && tasks[i].thread; i++) {
		for (; column < i * WIDTH; column++)
			kprintf(" ");
		column += print_text(tasks[i].thread->name);
	}
	kprintf("\n");
}

void timeline_draw(void)
{
	if (!count)
		return;
	draw_head();
	for (u32 r = 0; r < count; r++) {
		kprintf(r < 9 ? "   %u       " : "  %u       ", r + 1);
		draw_row(rows[r]);
	}
	if (lost)
		kprintf("           (and %u more)\n", lost);
	count = lost = 0;
}
