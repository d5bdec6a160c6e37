/*
 * The answers that a client may ask for again: it repeats its request when the server died during it, and asks for the result
 * when its wait was ended (lib/microk/stub.h).
 *
 * Of each channel the last answer to a reader and the last to a writer are kept, in the transaction of their effect. That is
 * enough for one reader and one writer. When another one comes, the answer before is moved out (moved.h), unless it is known to
 * have arrived. An answer through a Reply object is known to; one that goes out with the next receive is not, since the kernel
 * does not report its failure. So a channel that several clients share is answered before the next receive, and then knows. POSIX
 * kernels need none of this: their callers' stacks end with them.
 *
 * A client is a description and the upper half of a request's number: thread and instance. Programs that inherited one
 * description have different instances.
 */
#pragma once
#include "lib/microk/server.h"
#include "servers/pipe/channel.h"

/* The answer to that very request, if it was given; *bytes: those of a read by message. NULL: it was not served. */
const struct answered *answer_find(const struct channel *c, enum way way, const struct asker *who, const struct file_read_result **bytes);

/* In a transaction: the place for a new answer is free then. ERR_NO_SPACE: too many are not known to have arrived. */
enum microk_status answer_begin(const struct channel *c, enum way way, const struct asker *who);
/* After it: where the bytes of the next answer to a reader are prepared. */
struct file_read_result *answer_bytes(const struct channel *c);
/* A place beside the answers, whose bytes are of no meaning after the request. */
struct file_read_result *answer_scratch(const struct channel *c);
/* The bytes of the last answer to a reader, by message. */
const struct file_read_result *answer_last(const struct channel *c);
/* In the transaction: keeps it. `what`: the bytes, with ANSWERED_LENT. */
void answer_keep(const struct channel *c, enum way way, const struct asker *who, u64 what);

/* The kept answer has arrived. */
void answer_arrived(const struct channel *c, enum way way);
/* In a transaction: the answer was not delivered, and its effect is undone. */
void answer_undo(const struct channel *c, enum way way);

/* Whether several clients share the channel. */
extern bool answers_shared[CHANNELS_MAX][WAYS];
static inline bool answer_is_shared(const struct channel *c, enum way way) { return answers_shared[channel_number(c)][way]; }

/* Nothing of the channel is known. */
void answers_forget(const struct channel *c);
