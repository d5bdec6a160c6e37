#include "lib/microk/exercise.h"

/* No request is dispatched: each is answered with ERR_PROTOCOL. */
void serve_route(struct request *r)
{
	exercise_missing("3.1", "open/read/close dispatch",
			 "labs/3-vfs/handout.md#31-openreadclose-dispatch");
	(void)r;
	(void)serve_dir_ops;
}

/* No description is ever closed. */
static void closed(u64 badge)
{
	exercise_missing("3.1", "open/read/close dispatch",
			 "labs/3-vfs/handout.md#31-openreadclose-dispatch");
	(void)badge;
	(void)client_gone;
}
