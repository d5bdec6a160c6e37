#include "lib/exercise.h"

/* Transfers one capability after the other. The first that cannot be transferred ends it, and those before it stay
 * transferred. */
status_t transfer_invoke(struct thread *from, struct thread *to, u32 count)
{
	exercise_missing("2.6", "all-or-nothing transfer",
			 "labs/2-caps/handout.md#26-all-or-nothing-transfer");
	if (!from->buffer || !to->buffer)
		return ERR_TRANSFER;
	for (u32 i = 0; i < count; i++) {
		struct slot *s = cap_lookup(from, from->buffer->send_caps[i]);
		u32 index = to->buffer->recv_caps[i];

		if (!s || !is_copyable(s) || index == 0 || index >= to->caps_count)
			return ERR_TRANSFER;
		slot_derive(&to->caps[index], s, RIGHT_ALL);
	}
	return OK;
}
