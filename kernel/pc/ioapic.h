/* I/O APIC (82093AA datasheet; ACPI 5.2.12 for the MADT that names it). */
#pragma once
#include "microk/types.h"

void ioapic_init(void); /* from the MADT, or the customary 0xfec00000; all inputs masked */

/* Routes ISA interrupt or input `line` (0..23; source overrides of the MADT applied for 0..15) to vector
 * VECTOR_IRQ_BASE + line, masked. flags: 1 level, 2 active low, 4 as in the MADT (edge, high where it has no entry). */
void ioapic_route(u32 line, u32 flags);
void ioapic_mask(u32 line);
void ioapic_unmask(u32 line);
