/* Links between a caller and the thread that owes it an answer. */
#pragma once
#include "object/slot.h"
#include "lib/status.h"
#include "sched/thread.h"

/* The reply now owes `caller` an answer; the caller waits for it in `state` (THREAD_AWAITING or THREAD_FAULTED). */
void reply_link(struct reply *r, struct thread *caller, u8 state);

/* Moves the debt of `from` to `to`, which owes nothing. */
void reply_move(struct reply *to, struct reply *from);

/* Unlinks and returns the caller; NULL if there is none. */
struct thread *reply_unlink(struct reply *r);

/* The longest chain of faulted threads, each of which is the fault handler of the one before: reply_drop can end a whole
 * chain, and fault_raise makes none that is longer. */
#define FAULT_CHAIN 31

/* The debtor died or dropped the request: the caller wakes with ERR_PEER_DIED. A faulted thread waits for another handler, or
 * is left stopped, and then its own debt is dropped, too. */
void reply_drop(struct reply *r);

/* Answers r's caller with the message in from's registers. OK, or ERR_NO_REPLY, which comes before
 * ERR_LENGTH and ERR_BUFFER (sender's). A message that the caller cannot take ends its call with that error instead. */
u32 reply_send(struct reply *r, struct thread *from, u64 tag);

/* The same, and a faulted caller gets the registers that the answer sets (fault_answer, and its errors). If this answer
 * leaves a faulted caller stopped, that thread will not answer its own caller, whose call ends with ERR_PEER_DIED. */
u32 reply_answer(struct reply *r, struct thread *from, u64 tag);

/* SYS_SEND on a capability that is not an Endpoint: answers through a Reply object. */
status_t reply_object_send(struct thread *t, struct slot *s, u64 tag);
