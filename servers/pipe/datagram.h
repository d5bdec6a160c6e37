/* Datagrams in a channel: the bytes of each write after their number, in two bytes. */
#pragma once
#include "servers/pipe/waiting.h"

#define DATAGRAM_HEAD 2u

/* The bytes of the first one at `place`; 0: there is none. */
u32 datagram_size(const struct channel *c, u64 place);

/* The place with the number of bytes, which follow. */
u64 datagram_head(const struct channel *c, u64 place, u32 size);

/* In a transaction: the first one leaves *place, for a reader. The bytes that it did not ask for are dropped. ERR_CAP, ERR_RANGE of
 * a lent frame. */
enum microk_status datagram_take(const struct channel *c, const struct ask *a, u64 *place, struct file_read_result *to, u32 *length);
