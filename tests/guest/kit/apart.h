/* Threads in an address space of their own: the test's program is loaded a second time. */
#pragma once
#include "microk/types.h"

/* In a second address space: runs what it was made for and never returns. In the first: nothing. */
void apart_begin(void);
