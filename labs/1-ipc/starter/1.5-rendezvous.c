#include "lib/exercise.h"

static void missing(void)
{
	exercise_missing("1.5", "send/receive rendezvous",
			 "labs/1-ipc/handout.md#15-sendreceive-rendezvous");
}

status_t rendezvous_send(struct thread *t, struct slot *s, u64 tag, bool is_call)
{
	(void)t, (void)s, (void)tag, (void)is_call;
	missing();
	return ERR_SYSCALL;
}

status_t rendezvous_receive(struct thread *t, struct slot *s, u64 tag)
{
	(void)t, (void)s, (void)tag;
	missing();
	return ERR_SYSCALL;
}
