/* Send and receive: the meeting of two threads at an Endpoint. */
#pragma once
#include "object/slot.h"
#include "lib/status.h"
#include "sched/thread.h"

/* SYS_SEND or (is_call) SYS_CALL through one of t's Endpoint capabilities. */
status_t rendezvous_send(struct thread *t, struct slot *s, u64 tag, bool is_call);

/* SYS_RECV through one of t's Endpoint capabilities. */
status_t rendezvous_receive(struct thread *t, struct slot *s, u64 tag);
