/* The 8254 interval timer: the one clock whose rate every PC agrees on. */
#pragma once
#include "microk/types.h"

#define PIT_HZ 1193182

/* Starts channel 2 counting down from 65535, once. */
void pit_start(void);

/* Its count now. */
u16 pit_read(void);
