/* The bytes of pseudo-terminals: typed text through the line discipline, shown text with its newlines prepared. */
#pragma once
#include "servers/pipe/waiting.h"

/* How many bytes of a write to the terminal would be taken now, at most; 0: it has to wait. */
u32 text_fits(const struct channel *c, const struct ask *a);
/* In a transaction: takes at most *size bytes, and at least one of what text_fits states; *size is their number. The place of the
 * channel is *place from then on. ERR_CAP, ERR_RANGE of a lent frame. */
enum microk_status text_put(const struct channel *c, const struct ask *a, u64 *place, u32 *size);

/* Of the channel of typed text: whether a read would not wait. */
bool text_is_ready(const struct channel *c, const struct ask *a);
/* The reader of `place` that is served next: in the foreground, and with as much as it waits for, or after its time; NULL. */
struct waiter *text_reader(const struct channel *c, u64 place);
/* In a transaction: the reader's bytes leave *place, by way of `bytes`. ERR_CAP, ERR_RANGE. */
enum microk_status text_take(const struct channel *c, const struct ask *a, u64 *place, struct file_read_result *bytes,
			     u32 *length);

/* The number of bytes that a read of the channel returns at once: of any channel. */
u32 text_size(const struct channel *c);
/* Of typed text: the number of bytes that a read returns at once, and whether one would not wait. */
u32 text_count(const struct channel *c, bool *is_readable);

/* When the time of a reader is over (VTIME): text_expired must be called; 0: it need not be. */
u64 text_deadline(void);
/* The channel of typed text of each terminal, for which time may be over. */
void text_expired(void (*settle)(const struct channel *c));
/* Ticks of the clock in a tenth of a second. */
void text_setup(u64 ticks_in_tenth);
