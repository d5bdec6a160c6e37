/* Interrupt remapping (VT-d specification 5, 9.10): a message names an entry of a table, which has the vector, and the requester
 * that may send it. A message in the old format, which has a vector itself, does not pass. */
#pragma once
#include "pc/vtd_unit.h"

#define VTD_INTERRUPTS 256 /* entries, by the number of the interrupt */

/* `memory` is a zeroed page at `phys`. Returns the address for VTD_INTERRUPT_TABLE. */
u64 vtd_interrupts_start(void *memory, u64 phys);

/* Interrupt `number` has this vector from now on, if this requester sends it; `is_level` as the line is. */
void vtd_interrupt_set(u32 number, u32 vector, u32 requester, bool is_level);

/* It does not pass any more. */
void vtd_interrupt_clear(u32 number);

/* Until it is resumed, messages of an interrupt that was set are dropped, without a report. */
void vtd_interrupt_pause(u32 number);
void vtd_interrupt_resume(u32 number);

/* The message by which its requester sends it. The data is 0. */
u64 vtd_interrupt_message(u32 number);
