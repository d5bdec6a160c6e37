/* Interrupts as messages: Irq capabilities and the signal when one fires. */
#pragma once
#include "object/invoke.h"

/* Interrupt `number` (0..IRQ_COUNT-1) fired: masks a line, ends it at the local APIC, signals every binding. */
void irq_raise(u32 number);

/* Ends the binding, when the capability that made it is deleted, or the one to the Notification that it signals. */
void irq_unbind(struct slot *s);
