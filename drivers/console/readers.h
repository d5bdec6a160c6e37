/* The readers that wait for typed bytes, served in the order of their arrival. */
#pragma once
#include "lib/microk/server.h"

#define READERS_MAX 8

/* Makes the Reply object of the first reader. Returns false when there is no memory; readers_add then tries again. */
bool readers_init(void);

u32 readers_waiting(void);

/* Keeps the caller of a read of at most `size` bytes until there is something to read. Returns the status
 * for the handler: STATUS_DEFERRED; ERR_NO_SPACE when READERS_MAX wait and no client has at least two waiting readers more than the
 * caller's client, or when there is no memory for a Reply object; ERR_NO_REPLY for a request that is not a call. */
enum microk_status readers_add(struct request *r, u32 size);

/* Answers waiting readers while there is something to read, or the time of the first is over (VTIME). Each answer is committed
 * before it goes. */
void readers_serve(void);
/* When readers_serve must be called again; 0: it need not be called. */
u64 readers_deadline(void);

/* Answers all of them with an error. */
void readers_fail(enum microk_status status);

/* Ends the read with that number of its request, if it waits. */
bool readers_drop(u64 badge, u64 number);

/* Ends the reads made with this badge, whose last capability is gone. */
void readers_forget(u64 badge);
