#include "lib/microk/exercise.h"

/* As many as there is room for. */
static u32 fitting(const struct channel *c, const struct ask *a)
{
	if (c->terminal)
		return text_fits(c, a);
	exercise_missing("4.5", "pipes by deferred reply",
			 "labs/4-shell/handout.md#45-pipes-by-deferred-reply");
	return c->kind == CHANNEL_DATAGRAMS ? 0 : MIN(a->size, channel_room(c));
}
