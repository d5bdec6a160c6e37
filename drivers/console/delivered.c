#include "drivers/console/delivered.h"
#include "lib/terminal/ldisc.h"
#include "lib/microk/stub.h"

static u32 find(const struct delivered_table *t, u64 badge, u64 number)
{
	u32 i = 0;

	while (i < DELIVERED_MAX && !(t->last[i].number && t->last[i].badge == badge &&
				      stub_thread_of(t->last[i].number) == stub_thread_of(number)))
		i++;
	return i;
}

void delivered_keep(struct delivered_table *t, const struct ring *ring, u64 badge, u64 number,
		    u32 units)
{
	u32 at = find(t, badge, number);

	if (number == 0)
		return;
	if (at == DELIVERED_MAX) {
		at = t->oldest;
		t->oldest = (t->oldest + 1) % DELIVERED_MAX;
	}
	t->last[at] = (struct delivered){badge, number, ring->tail, units};
}

void delivered_forget(struct delivered_table *t, u64 badge, u64 number)
{
	u32 at = find(t, badge, number);

	if (at < DELIVERED_MAX)
		t->last[at].number = 0;
}

const struct delivered *delivered_find(const struct delivered_table *t, u64 badge, u64 number)
{
	u32 at = find(t, badge, number);

	return number && at < DELIVERED_MAX && t->last[at].number == number ? &t->last[at] : NULL;
}

bool delivered_read(const struct delivered *d, const struct ring *ring, char *to, size_t size,
		    size_t *bytes)
{
	*bytes = 0;
	if (ring->head - d->at > ring->size)
		return false;
	for (u32 i = 0; i < d->units && *bytes < size; i++) {
		u16 unit = ring_unit(ring, d->at + i);
		if (unit != LDISC_END)
			to[(*bytes)++] = (char)unit;
	}
	return true;
}

bool delivered_undo(struct delivered_table *t, struct ring *ring, u64 badge, u64 number)
{
	u32 at = find(t, badge, number);

	if (at == DELIVERED_MAX || t->last[at].number != number ||
	    ring->tail != t->last[at].at + t->last[at].units)
		return false;
	ring->tail = t->last[at].at;
	t->last[at].number = 0;
	return true;
}

bool delivered_is_sound(const struct delivered_table *t)
{
	return t->oldest < DELIVERED_MAX;
}
