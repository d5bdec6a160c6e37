/*
 * Old memory (exercise 2.5). A landlord (the root task) lets rooms: an Untyped is given to one tenant after the other. The
 * victim kept its secret in a page made of it, and has left: all that was made of the room is revoked. The thief moves in,
 * makes a page of the same memory, and reads it.
 */
#include "gen/lib/microk/methods.h"
#include "labs/2-caps/attacks/play.h"

#define ROOM_BYTES (4 * PAGE_SIZE)
#define THIEF_PRIORITY 30

static u64 room;

static void set_up(struct task *victim, struct task *thief)
{
	(void)thief;
	must(object_make(CAP_UNTYPED, ROOM_BYTES, &room), "making a room");
	task_page(victim, room, RIGHT_READ | RIGHT_WRITE, NULL);
}

static void live(void)
{
	*(volatile u64 *)PAGE_OF_TASK = secret();
	say("I move out");
	moment(MOMENT_LEAVE, "");
	for (;;)
		thread_suspend(SLOT_THREAD);
}

/* In the root task: the room is emptied, and the next tenant moves in. */
static void leave(struct task *thief)
{
	must(cnode_revoke(ROOT_CNODE, room), "emptying the room");
	must(cnode_move(
		     thief->cnode,
		     &(struct cnode_move){
			     .index = TASK_FREE, .source_cnode = ROOT_CNODE, .source_index = room}),
	     "letting the room");
	task_start(thief, THIEF_PRIORITY);
}

static void move_in(void)
{
	void *page;
	enum microk_status s = untyped_retype(
		TASK_FREE,
		&(struct untyped_retype){
			.type = CAP_FRAME,
			.size = 1,
			.cnode = SLOT_CNODE,
			.index = TASK_FREE + 1,
			.count = 1});

	say("make a page of the room: %s", status_name(s));
	if (s != OK || window_map(TASK_FREE + 1, 1, RIGHT_READ, 0, &page) != OK)
		got_nothing();
	u64 word = *(volatile u64 *)page;
	say("%s", word ? "something is written there" : "it is empty");
	if (word)
		stole(word);
	got_nothing();
}

const struct play play_old_memory = {"old_memory", set_up, live, move_in, leave};
