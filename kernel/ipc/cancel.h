/* Ending a wait from outside, and the end of a thread. */
#pragma once
#include "sched/thread.h"

/* Takes the thread out of whatever it waits in; its state is THREAD_STOPPED then. True if it waited. */
bool wait_cancel(struct thread *t);
