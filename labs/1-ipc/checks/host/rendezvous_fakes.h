/* The calls of the code under test to the reply functions, and the answers of others. */
#pragma once
#include "ipc/reply.h"

extern u32 drops, faults_delivered, links;
extern struct reply *dropped, *linked_reply;
extern struct thread *linked_caller;
extern u8 linked_state;
extern bool notified, closed; /* the results of notification_take_bound and closed_take */
