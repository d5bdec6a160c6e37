/* Threads in an address space of their own: the test's program is loaded a second time. */
#pragma once
#include "microk/types.h"

/* Must be called first by a program that makes such threads. In the second address space it runs the thread's function, and
 * never returns. In the first it does nothing. */
void apart_begin(void);
