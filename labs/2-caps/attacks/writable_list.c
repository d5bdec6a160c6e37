/*
 * Writable list (exercise 2.7). The vault publishes a list of the badges that may look: a page that any task may read. The
 * thief has a capability to it with the right to read and no other. It maps the page writable, and puts its own badge on
 * the list.
 */
#include "labs/2-caps/attacks/play.h"

#define OWNER 7
#define STRANGER 8

static void set_up(struct task *victim, struct task *thief)
{
	u64 door, frame;
	u64 *list;

	must(object_make(CAP_ENDPOINT, 0, &door), "making an endpoint");
	list = task_page(victim, 0, RIGHT_READ | RIGHT_WRITE, &frame);
	list[0] = OWNER;
	list[1] = 0;
	task_give(victim, "door", door, RIGHT_READ, 0);
	task_give(thief, "vault", door, RIGHT_WRITE | RIGHT_LOOK, STRANGER);
	task_give(thief, "list", frame, RIGHT_READ, 0);
}

static void keep(void)
{
	const volatile u64 *list = (const volatile u64 *)PAGE_OF_TASK;
	struct message m = next_question(OK, 0);

	for (;;) {
		bool may = m.badge == list[0] || m.badge == list[1];
		m = may ? next_question(OK, secret()) : next_question(ERR_DENIED, 0);
	}
}

static void look(void)
{
	u64 word;
	void *page;

	say("look: %s", status_name(ask(grant_find("vault"), ASK_LOOK, &word)));
	enum microk_status s =
		window_map(grant_find("list"), 1, RIGHT_READ | RIGHT_WRITE, 0, &page);
	say("map the list writable: %s", status_name(s));
	if (s != OK)
		got_nothing();
	((volatile u64 *)page)[1] = STRANGER;
	s = ask(grant_find("vault"), ASK_LOOK, &word);
	say("look again: %s", status_name(s));
	if (s == OK)
		stole(word);
	got_nothing();
}

const struct play play_writable_list = {"writable_list", set_up, keep, look, NULL};
