#include "drivers/console/written.h"
#include "gen/protocols/file_server.h"
#include "lib/microk/stub.h"

/* The index of the pair's entry; WRITTEN_MAX if it has none. */
static u32 find(const struct written_table *t, u64 badge, u64 number)
{
	u32 i = 0;

	while (i < WRITTEN_MAX && !(t->last[i].number && t->last[i].badge == badge &&
				    stub_thread_of(t->last[i].number) == stub_thread_of(number)))
		i++;
	return i;
}

void written_keep(struct written_table *t, const struct request *r, u32 bytes)
{
	u32 at = find(t, r->badge, r->number);

	if (at == WRITTEN_MAX) {
		at = t->oldest;
		t->oldest = (t->oldest + 1) % WRITTEN_MAX;
		t->forgotten |= t->last[at].number != 0;
	}
	t->last[at] = (struct written){r->badge, r->number, bytes};
}

bool written_already(const struct written_table *t, const struct request *r, u32 *bytes)
{
	u32 at = find(t, r->badge, r->number);

	if (at == WRITTEN_MAX || t->last[at].number != r->number)
		return false;
	*bytes = t->last[at].bytes;
	return true;
}

enum microk_status written_find(const struct written_table *t, struct request *r)
{
	u32 bytes;

	if (!written_already(t, r, &bytes))
		return t->forgotten && find(t, r->badge, r->number) == WRITTEN_MAX
			       ? ERR_PEER_DIED
			       : ERR_CANCELLED;
	r->message->word[0] = bytes;
	r->message->tag = TAG(OK, 1);
	return OK;
}

bool written_is_sound(const struct written_table *t)
{
	return t->oldest < WRITTEN_MAX;
}
