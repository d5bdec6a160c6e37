#include "lib/driver/ring_client.h"

_Static_assert(RING_ENTRIES == 64, "`pending` has a bit for each entry");

void ring_user_open(struct ring_user *u, volatile void *requests, const volatile void *answers)
{
	*u = (struct ring_user){.requests = requests, .answers = answers, .next_id = 1};
	for (u32 i = 0; i < RING_ENTRIES; i++) {
		u64 id = u->requests->request[i].submitted;

		if (id >= u->next_id)
			u->next_id = id + 1;
		if (id != __atomic_load_n(&u->answers->answer[i].done, __ATOMIC_ACQUIRE))
			u->pending |= 1ul << i;
	}
	/* An instance that died after it had submitted a request may not have counted it. */
	u->requests->changes++;
}

int ring_submit(struct ring_user *u, enum ring_op op, u32 flags, u64 sector, u32 sectors,
		const struct ring_segment *segments, u32 count)
{
	if (u->pending == ~0ul || count > RING_SEGMENTS)
		return -1;
	u32 i = (u32)__builtin_ctzl(~u->pending);
	volatile struct ring_request *q = &u->requests->request[i];

	q->sector = sector;
	q->sectors = sectors;
	q->op = (u16)op;
	q->flags = (u16)flags;
	q->segments = count;
	for (u32 n = 0; n < count; n++) {
		q->segment[n].first = segments[n].first;
		q->segment[n].sectors = segments[n].sectors;
	}
	u->pending |= 1ul << i;
	__atomic_store_n(&q->submitted, u->next_id++, __ATOMIC_RELEASE);
	__atomic_store_n(&u->requests->changes, u->requests->changes + 1, __ATOMIC_RELEASE);
	return (int)i;
}

int ring_take_answer(struct ring_user *u, enum microk_status *status)
{
	for (u64 left = u->pending; left; left &= left - 1) {
		u32 i = (u32)__builtin_ctzl(left);
		const volatile struct ring_answer *a = &u->answers->answer[i];

		if (__atomic_load_n(&a->done, __ATOMIC_ACQUIRE) !=
		    u->requests->request[i].submitted)
			continue;
		*status = (enum microk_status)a->status;
		u->pending &= ~(1ul << i);
		return (int)i;
	}
	return -1;
}
