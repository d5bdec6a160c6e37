#include "lib/exercise.h"

/* No slot records which one it was made
 * from. */
void derive_link(struct slot *child, struct slot *parent)
{
	exercise_missing("2.3", "derivation links", "labs/2-caps/handout.md#23-derivation-links");
	(void)parent, (void)parent_link;
	child->prev = child->next = NULL;
}

struct slot *derive_unlink(struct slot *s)
{
	(void)s, (void)set_after, (void)set_before;
	return NULL; /* no slot loses its last child: none had any */
}

void derive_move(struct slot *to, struct slot *from)
{
	*to = *from;
	*from = (struct slot){0};
}
