/* The few ACPI facts the kernel wants, read once at boot (ACPI 6.5: 5.2.5 RSDP, 5.2.9 FADT, 5.2.12 MADT; HPET 1.0a, 3.2.4).
 * Every table's length and checksum is checked; a machine without ACPI gives defaults. The values for switching off and for
 * resetting are for user space, and are put into the information area. */
#pragma once
#include "microk/types.h"
#include "pc/apic.h"
#include "x86/layout.h"

#define ACPI_KEPT 32
#define HPET_BYTES 0x400 /* of its registers; they may lie over a page's end */
#define IRQ_NOWHERE ~0u /* no input is this line's: another line's source override has it */

struct acpi_facts {
	bool found;          /* the machine has ACPI tables */
	bool pm_timer_wide;  /* the PM timer has 32 bits, not 24 */
	u16 pm_timer_port;   /* 0: there is none */
	u8 rtc_century;      /* the register of the real-time clock that holds the century; 0: none does */
	u64 hpet_phys;       /* 0: there is none */
	u64 ioapic_phys; /* of the I/O APIC with input 0; 0 if none is named */
	u8 ioapic_number; /* and its number in the MADT */
	struct phys_range ecam; /* PCI Express configuration space of segment 0, as the firmware names it; empty: none */
	u8 ecam_first_bus;      /* 1 MiB a bus from there on */
	struct phys_range kept[ACPI_KEPT]; /* registers that only the kernel may reach, page-aligned outwards */
	u32 kept_count;
	struct { u32 input; u16 flags; } line[IRQ_LINES]; /* ISA interrupt -> input; MPS INTI flags, table 5.26 */
};
extern struct acpi_facts acpi_facts;
void acpi_read(u64 rsdp_phys);

/* Registers that no program may reach; at boot only. */
void acpi_keep(u64 phys, u64 bytes);
