/* The PS/2 controller: ports 0x60 and 0x64. */
#pragma once
#include "microk/types.h"

enum i8042_found {
	I8042_NO_CONTROLLER,
	I8042_NO_KEYBOARD, /* no keyboard answers; one that is plugged in later works */
	I8042_KEYBOARD
};

/* Sets the keyboard up: scan codes of set 1, interrupts on. Codes that have arrived before are dropped. */
enum i8042_found i8042_init(cap_t ports);
/* Uses it as another instance of the driver has set it up. */
void i8042_take_over(cap_t ports);

/* The next scan code byte; -1 when there is none. */
int i8042_read(void);
