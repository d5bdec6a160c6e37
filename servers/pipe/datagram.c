#include "servers/pipe/datagram.h"
#include "servers/pipe/channel.h"

u32 datagram_size(const struct channel *c, u64 place)
{
	u8 head[DATAGRAM_HEAD];

	if (!place_count(place))
		return 0;
	channel_get(c, place, head, DATAGRAM_HEAD);
	return head[0] | (u32)head[1] << 8;
}

u64 datagram_head(const struct channel *c, u64 place, u32 size)
{
	const u8 head[DATAGRAM_HEAD] = {(u8)size, (u8)(size >> 8)};

	return channel_put(c, place, head, DATAGRAM_HEAD);
}

enum microk_status datagram_take(const struct channel *c, const struct ask *a, u64 *place,
				 struct file_read_result *to, u32 *length)
{
	u32 size = datagram_size(c, *place);
	u64 at = channel_skip(*place, DATAGRAM_HEAD), all = at;
	enum microk_status status = OK;

	*length = MIN(a->size, size);
	if (a->lent)
		status = channel_get_lent(c, &at, end_slot(a->end, END_LENT), a->at, *length);
	else
		channel_get(c, at, to->data, *length);
	to->data_length = a->lent ? 0 : *length;
	*place = channel_skip(all, size);
	return status;
}
