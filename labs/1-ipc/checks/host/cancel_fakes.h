/* The calls of the code under test to other files. */
#pragma once
#include "sched/thread.h"

extern u32 drops, unlinks, unqueued, notifications;
extern struct thread *dropped_of, *unlinked_of;
