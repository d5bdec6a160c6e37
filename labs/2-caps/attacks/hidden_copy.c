/*
 * Hidden copy (exercise 2.4). The vault lends a key, and takes it back: a revoke. Before that the thief has made a copy
 * of the key, and a copy of the copy, in other slots. All of them were derived from the vault's capability, directly or not.
 */
#include "gen/lib/microk/methods.h"
#include "labs/2-caps/attacks/lend.h"

#define KEY 7

void lend_set_up(struct task *victim, struct task *thief)
{
	u64 door;

	must(object_make(CAP_ENDPOINT, 0, &door), "making an endpoint");
	task_give(victim, "door", door, RIGHT_READ, 0);
	u64 master = task_give(victim, "master", door, RIGHT_WRITE | RIGHT_LOOK, 0);
	task_give_of(thief, "key", victim, master, RIGHT_WRITE | RIGHT_LOOK, KEY);
}

void lend(void)
{
	struct message m = next_question(OK, 0);
	bool taken_back = false;

	for (;;) {
		bool looks = TAG_LABEL(m.tag) == ASK_LOOK;
		if (!looks && !taken_back) {
			moment(MOMENT_DRAW, "before the revoke");
			say("I take the key back: %s",
			    status_name(cnode_revoke(SLOT_CNODE, grant_find("master"))));
			moment(MOMENT_DRAW, "after the revoke");
			taken_back = true;
		}
		m = next_question(OK, looks && taken_back ? secret() : 0);
	}
}

static void hide(void)
{
	cap_t key = grant_find("key"), copy = TASK_FREE, second = TASK_FREE + 1;
	u64 word;

	say("look through the key: %s", status_name(ask(key, ASK_LOOK, &word)));
	say("hide a copy: %s", status_name(copy_own(copy, key, RIGHT_ALL)));
	say("and a copy of the copy: %s", status_name(copy_own(second, copy, RIGHT_ALL)));
	ask(key, ASK_DONE, &word);
	const cap_t kept[] = {key, copy, second};
	for (u32 i = 0; i < ARRAY_LEN(kept); i++) {
		enum microk_status s = ask(kept[i], ASK_LOOK, &word);
		say("look through %s: %s",
		    i == 0   ? "the key"
		    : i == 1 ? "the copy"
			     : "the copy of the copy",
		    status_name(s));
		if (s == OK)
			stole(word);
	}
	got_nothing();
}

const struct play play_hidden_copy = {"hidden_copy", lend_set_up, lend, hide, NULL};
