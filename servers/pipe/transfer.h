/*
 * Bytes go from writers to readers.
 *
 * One transaction puts a writer's bytes into the ring, and gives them to the reader that waits. The answer to a reader or a
 * writer that waited is sent after the commit; if its caller has gone meanwhile, a second transaction takes the effect back. A
 * server that is ended between the two leaves bytes with a reader that has gone, as if it had been ended after its read.
 */
#pragma once
#include "servers/pipe/waiting.h"

/* STATUS_DEFERRED: answered later. ERR_WOULD_BLOCK, ERR_NO_SPACE; ERR_CAP and ERR_RANGE of a lent frame; ERR_BROKEN. The bytes of
 * a read by message are in **bytes. */
enum microk_status transfer_read(struct request *r, const struct ask *ask, u32 *length, const struct file_read_result **bytes);
enum microk_status transfer_write(struct request *r, const struct ask *ask, u32 *written);

/* Serves those that wait, as far as there are bytes, or room, or none of the other side any more. */
void transfer_settle(const struct channel *c);

/* The answer of this turn, which has not been sent: of which channel; NULL: of none, or it was looked at. */
extern struct transfer_turn {
	const struct channel *channel;
	enum way way;
} transfer_turn;
