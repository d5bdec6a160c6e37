/*
 * The requests that are answered later: readers of a channel without bytes, and writers of one without room. Their callers are in
 * Reply objects, which die with the instance: then each client's stub sends its request again, to the next one. So nothing about
 * them is kept.
 *
 * Each direction of a channel has a queue, in the order of arrival. The objects are made when they are first needed, and a client
 * has a share of them, so that requests that nothing will answer hold up no other client.
 *
 * Weighed: MINIX 3's VFS marks a process as suspended and looks through all of them when a pipe changes; Genode's pipe plugin
 * keeps a queue of handles for each pipe and wakes them, so that they ask again. Here the queue holds the whole request, and the
 * one wake is its answer.
 */
#pragma once
#include "lib/microk/server.h"
#include "servers/pipe/answers.h"
#include "servers/pipe/ends.h"

#define WAITING_MAX 128u
#define WAITING_EACH (WAITING_MAX / 4 * 3)

/* A read or a write. */
struct ask {
	struct asker who;
	const struct end *end;
	bool lent;
	u32 at; /* in the lent frame */
	u32 size;
	const u8 *data; /* of a write by message */
	cap_t file;     /* a descriptor that is sent with it; 0: none */
};

struct waiter {
	struct ask ask;
	cap_t reply;
	const struct channel *channel;
	enum way way;
	struct waiter *next;
	u64 due;  /* of a read of typed text: it is answered then (VTIME); 0: it waits for bytes alone */
	u32 seen; /* how many were there when this time began */
	u8 data[FILE_DATA_MAX];
};

/* Puts the request's caller at the end of the queue. Returns the status for the handler: STATUS_DEFERRED; ERR_NO_SPACE: the
 * client has its share, or there is no memory; ERR_NO_REPLY. */
enum microk_status waiting_add(struct request *r, const struct channel *c, enum way way, const struct ask *ask);

/* The first of a queue; NULL if it is empty. */
extern struct waiter *waiting_queues[CHANNELS_MAX][QUEUES]; /* of waiting.c */
static inline struct waiter *waiting_first(const struct channel *c, enum way way)
{
	return waiting_queues[channel_number(c)][way];
}
/* Takes it off. Its Reply object holds no caller any more. */
void waiting_remove(struct waiter *w);
/* Ends its wait with an error. */
void waiting_fail(struct waiter *w, enum microk_status status);

/* Ends the wait of the request with that number: it has had no effect. False: it does not wait. */
bool waiting_drop(u64 badge, u64 number);
/* Ends those of one direction of a description. */
void waiting_close_way(u64 badge, enum way way);
/* Ends those of a description whose last capability is gone. */
void waiting_close(u64 badge);
