/* The few ACPI facts the kernel wants, read once at boot (ACPI 6.5: 5.2.5 RSDP, 5.2.9 FADT, 5.2.12 MADT).
 * Every table's length and checksum is checked; a machine without ACPI gives defaults. */
#pragma once
#include "microk/types.h"
#include "x86/apic.h"

struct acpi_facts {
	u64 ioapic_phys; /* of the I/O APIC whose first input is 0; 0 if none is named */
	struct { u32 input; u16 flags; } line[IRQ_LINES]; /* ISA interrupt -> input; MPS INTI flags, table 5.26 */
	u16 pm1a_cnt_port, s5_value; /* value already shifted, with SLP_EN; 0 where unknown */
	u16 reset_port;
	u8 reset_value;
};
extern struct acpi_facts acpi_facts;
void acpi_read(u64 rsdp_phys);
