/* The few ACPI facts the kernel wants, read once at boot (ACPI 6.5: 5.2.5 RSDP, 5.2.9 FADT, 5.2.12 MADT).
 * Every table's length and checksum is checked; a machine without ACPI gives defaults. How to switch off and to reset is
 * user space's business and goes to the information area. */
#pragma once
#include "microk/types.h"
#include "x86/apic.h"

#define IRQ_NOWHERE ~0u /* no input is this line's: another line's source override has it */

struct acpi_facts {
	u64 ioapic_phys; /* of the I/O APIC whose first input is 0; 0 if none is named */
	struct { u32 input; u16 flags; } line[IRQ_LINES]; /* ISA interrupt -> input; MPS INTI flags, table 5.26 */
};
extern struct acpi_facts acpi_facts;
void acpi_read(u64 rsdp_phys);
