/* The two 8259 interrupt controllers, which MicroK does not use. */
#pragma once
#include "microk/types.h"

#define VECTOR_PIC 0xf0 /* to 0xff: the vectors of the two */

/* Sets them so that they never interrupt; once, before interrupts are on. */
void pic_silence(void);
