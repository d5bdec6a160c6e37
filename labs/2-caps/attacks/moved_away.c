/*
 * Moved away (exercise 2.3). As in hidden_copy, but the thief only carries its key into another slot, and the copy that it
 * made before into a third: if the links of the derivation tree do not follow, the revoke looks in the old, empty slots.
 */
#include "gen/lib/microk/methods.h"
#include "labs/2-caps/attacks/lend.h"

static void carry_off(void)
{
	cap_t key = grant_find("key"), copy = TASK_FREE, elsewhere = TASK_FREE + 1,
	      further = TASK_FREE + 2;
	u64 word;

	say("copy the key: %s", status_name(copy_own(copy, key, RIGHT_ALL)));
	say("move the key: %s",
	    status_name(cnode_move(
		    SLOT_CNODE,
		    &(struct cnode_move){
			    .index = elsewhere, .source_cnode = SLOT_CNODE, .source_index = key})));
	say("move the copy: %s",
	    status_name(cnode_move(
		    SLOT_CNODE,
		    &(struct cnode_move){
			    .index = further, .source_cnode = SLOT_CNODE, .source_index = copy})));
	say("look through the key: %s", status_name(ask(elsewhere, ASK_LOOK, &word)));
	ask(elsewhere, ASK_DONE, &word);
	const cap_t kept[] = {elsewhere, further};
	for (u32 i = 0; i < ARRAY_LEN(kept); i++) {
		enum microk_status s = ask(kept[i], ASK_LOOK, &word);
		say("look through the %s again: %s", i == 0 ? "key" : "copy", status_name(s));
		if (s == OK)
			stole(word);
	}
	got_nothing();
}

const struct play play_moved_away = {"moved_away", lend_set_up, lend, carry_off, NULL};
