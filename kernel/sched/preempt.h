/* Preemption points. */
#pragma once
#include "microk/types.h"

/* An interrupt waits to be taken, or a more urgent thread is ready; a long operation should stop at a consistent point. */
bool preempt_pending(void);
