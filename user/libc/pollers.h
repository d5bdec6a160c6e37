/* The threads of the process that wait until a file is ready (poll.h). */
#pragma once
#include "microk/types.h"

/* Around a wait of the calling thread. */
void pollers_enter(void);
void pollers_leave(void);
/* Whether the thread in that place waits. */
bool pollers_have(u32 place);
/* A file without a server has changed: wakes all of them, so that they look again. */
void pollers_wake(void);
/* Wakes those whose places have a bit in `places`. */
void pollers_wake_some(u32 places);
/* In a child: its only thread polls nothing. */
void pollers_forked(void);
