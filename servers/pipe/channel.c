#include "servers/pipe/channel.h"
#include "gen/lib/microk/methods.h"
#include "lib/microk/string.h"

static u64 place_of(u32 first, u32 count)
{
	return count ? (u64)first << 32 | count
		     : 0; /* an empty ring begins again, so that its word is often the same */
}

static u32 wrapped(u32 index)
{
	return index < RING_BYTES ? index : index - RING_BYTES;
}

static u64 with_more(u64 place, u32 size)
{
	return place_of(place_first(place), place_count(place) + size);
}

u64 channel_skip(u64 place, u32 size)
{
	return place_of(wrapped(place_first(place) + size), place_count(place) - size);
}

static u32 end_of(u64 place)
{
	return wrapped(place_first(place) + place_count(place));
}

u64 channel_put(const struct channel *c, u64 place, const u8 *from, u32 size)
{
	u8 *ring = store_of(c)->ring;
	u32 at = end_of(place), before = MIN(size, RING_BYTES - at);

	memcpy(ring + at, from, before);
	if (size > before)
		memcpy(ring, from + before, size - before);
	return with_more(place, size);
}

u64 channel_get(const struct channel *c, u64 place, u8 *to, u32 size)
{
	const u8 *ring = store_of(c)->ring;
	u32 at = place_first(place), before = MIN(size, RING_BYTES - at);

	memcpy(to, ring + at, before);
	if (size > before)
		memcpy(to + before, ring, size - before);
	return channel_skip(place, size);
}

/* The byte of stores_frame that is byte `at` of the ring. */
static u64 in_frame(const struct channel *c, u32 at)
{
	return offsetof(struct stores, of) + (u64)channel_number(c) * STORE_BYTES +
	       offsetof(struct store, ring) + at;
}

static enum microk_status copy(cap_t to, u64 to_at, cap_t from, u64 from_at, u32 size)
{
	return size ? frame_copy(to, &(struct frame_copy){.offset = to_at,
							  .source = from,
							  .source_offset = from_at,
							  .bytes = size})
		    : OK;
}

enum microk_status channel_put_lent(const struct channel *c, u64 *place, cap_t frame, u32 at,
				    u32 size)
{
	u32 to = end_of(*place), before = MIN(size, RING_BYTES - to);
	enum microk_status status = copy(stores_frame, in_frame(c, to), frame, at, before);

	if (status == OK)
		status = copy(stores_frame, in_frame(c, 0), frame, (u64)at + before, size - before);
	if (status == OK)
		*place = with_more(*place, size);
	return status;
}

enum microk_status channel_get_lent(const struct channel *c, u64 *place, cap_t frame, u32 at,
				    u32 size)
{
	u32 from = place_first(*place), before = MIN(size, RING_BYTES - from);
	enum microk_status status = copy(frame, at, stores_frame, in_frame(c, from), before);

	if (status == OK)
		status = copy(frame, (u64)at + before, stores_frame, in_frame(c, 0), size - before);
	if (status == OK)
		*place = channel_skip(*place, size);
	return status;
}
