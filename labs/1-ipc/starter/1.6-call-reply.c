#include "lib/exercise.h"

static void missing(void)
{
	exercise_missing("1.6", "call/reply", "labs/1-ipc/handout.md#16-callreply");
}

void reply_link(struct reply *r, struct thread *caller, u8 state)
{
	(void)r, (void)state;
	missing();
	/* There is no record that it waits for an answer: it stops instead. */
	caller->state = THREAD_STOPPED;
}

struct thread *reply_unlink(struct reply *r)
{
	(void)r;
	return NULL; /* no thread was linked */
}

u32 reply_send(struct reply *r, struct thread *from, u64 tag)
{
	(void)r, (void)from, (void)tag;
	missing();
	return ERR_NO_REPLY;
}
