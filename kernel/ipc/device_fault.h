/* Accesses and interrupts of devices that a unit has refused, on the log. */
#pragma once
#include "microk/types.h"

/* VECTOR_DEVICE_FAULT came. False: no unit has sent it. */
bool device_fault_interrupt(void);

/* At the timer's interrupt: reports what had to wait. */
void device_fault_poll(void);
