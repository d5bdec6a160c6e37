#include "lib/microk/exercise.h"

/* No client gets a capability to its file. */
enum microk_status handle_mint(const struct description *d, cap_t *slot)
{
	exercise_missing("3.3", "a descriptor as a badged capability",
			 "labs/3-vfs/handout.md#33-a-descriptor-as-a-badged-capability");
	(void)endpoint;
	*slot = slot_of(d);
	return ERR_METHOD;
}

static bool is_held(const struct description *d)
{
	(void)d;
	return false;
}

static void end(const struct description *d)
{
	close_one(d);
}

/* Descriptions stay open until the server has no more. */
void handle_closed(const struct description *d)
{
	exercise_missing("3.3", "a descriptor as a badged capability",
			 "labs/3-vfs/handout.md#33-a-descriptor-as-a-badged-capability");
	(void)d;
}
