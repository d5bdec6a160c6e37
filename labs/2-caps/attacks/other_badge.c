/*
 * Another's badge (exercise 2.2). The vault gives its secret to its owner, which it knows by the badge 7. The
 * thief's capability has the badge 8, written by its maker. The thief overwrites it.
 */
#include "gen/lib/microk/methods.h"
#include "labs/2-caps/attacks/play.h"

#define OWNER 7
#define STRANGER 8

static void set_up(struct task *victim, struct task *thief)
{
	u64 door;

	must(object_make(CAP_ENDPOINT, 0, &door), "making an endpoint");
	task_give(victim, "door", door, RIGHT_READ, 0);
	task_give(thief, "vault", door, RIGHT_WRITE | RIGHT_LOOK, STRANGER);
}

static void keep(void)
{
	struct message m = next_question(OK, 0);

	for (;;)
		m = m.badge == OWNER ? next_question(OK, secret()) : next_question(ERR_DENIED, 0);
}

static void look(void)
{
	u64 word;

	say("look: %s", status_name(ask(grant_find("vault"), ASK_LOOK, &word)));
	say("mint one with the owner's badge: %s",
	    status_name(cnode_mint(
		    SLOT_CNODE,
		    &(struct cnode_mint){
			    .index = TASK_FREE,
			    .source_cnode = SLOT_CNODE,
			    .source_index = grant_find("vault"),
			    .rights = RIGHT_ALL,
			    .badge = OWNER,
			    .flags = MINT_BADGE})));
	enum microk_status s = ask(TASK_FREE, ASK_LOOK, &word);
	say("look through that one: %s", status_name(s));
	if (s == OK)
		stole(word);
	got_nothing();
}

const struct play play_other_badge = {"other_badge", set_up, keep, look, NULL};
