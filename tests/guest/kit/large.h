/* Work that takes the kernel long, so that a test can act in the middle of it; and how far it has come. */
#pragma once
#include "microk/types.h"

/* Makes a CNode that takes long to end: others in it, each full of objects. Returns its slot. */
cap_t large_make(void);

/* How many of a row of slots are not empty. */
u32 count_filled(cap_t first, u32 count);
