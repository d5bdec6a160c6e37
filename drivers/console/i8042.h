/* The PS/2 controller: ports 0x60 and 0x64. */
#pragma once
#include "microk/types.h"

/* Readies the keyboard: scan codes of set 1, interrupts on. False if there is no controller. */
bool i8042_init(cap_t ports);

/* The next scan code byte; -1 when there is none. */
int i8042_read(void);
