/* I/O APIC (82093AA datasheet; ACPI 5.2.12 for the MADT that names it). */
#pragma once
#include "microk/types.h"

void ioapic_init(void); /* from the MADT, or the customary 0xfec00000; all inputs masked */

#define IOAPIC_LEVEL 1u
#define IOAPIC_ACTIVE_LOW 2u
#define IOAPIC_AS_MADT 4u /* edge, active high where the MADT has no entry */

/* The first two, with the MADT's for the third. */
u32 ioapic_flags(u32 line, u32 flags);

/* Routes ISA interrupt or input `line` (0..23; source overrides of the MADT applied for 0..15) to vector
 * VECTOR_IRQ_BASE + line, masked; if it is remapped, by the entry of that number (pc/vtd_interrupts.h). */
void ioapic_route(u32 line, u32 flags, bool is_remapped);
void ioapic_mask(u32 line);
void ioapic_unmask(u32 line);
