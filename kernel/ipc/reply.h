/* A Reply: who waits for an answer, held by a thread (its bound Reply) or as an object. */
#pragma once
#include "cap/object.h"

struct thread;

struct reply {
	struct kobject header;
	struct thread *caller; /* AWAITING or FAULTED; its `awaiting` points back here */
	struct thread *owner;  /* the thread it is bound to; NULL for a Reply object */
};
_Static_assert(sizeof(struct reply) <= REPLY_BYTES, "retype");
