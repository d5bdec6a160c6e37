/* Answering later, through a Reply object. */
#pragma once
#include "object/slot.h"
#include "lib/status.h"
#include "sched/thread.h"

/* SYS_SEND on a capability that is not an Endpoint. */
status_t reply_object_send(struct thread *t, struct slot *s, u64 tag);
