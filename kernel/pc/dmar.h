/* The units that translate devices' addresses, as ACPI's table DMAR names them (Intel VT-d specification 4.1, section 8). Read
 * once at boot. */
#pragma once
#include "microk/types.h"
#include "pc/acpi_table.h"
#include "x86/layout.h"

#define DMAR_UNITS 8
#define DMAR_IOAPICS 8
#define DMAR_REGIONS 8
#define DMAR_NO_SOURCE ~0u

struct dmar {
	u64 unit[DMAR_UNITS]; /* physical addresses of the registers, a page or more each */
	u32 unit_count;
	bool is_whole;  /* all of the table could be used; otherwise no unit may be */
	bool remaps;    /* the firmware permits interrupt remapping */
	bool has_other_segments; /* units of PCI segments other than 0, whose requesters have no name here */
	/* The I/O APICs by their number in the MADT, and the requester id (bus << 8 | device << 3 | function) that each sends
	 * with. */
	struct {
		u8 number;
		u16 source;
	} ioapic[DMAR_IOAPICS];
	u32 ioapic_count;
	/* Memory that the firmware reserves for a device (RMRR). `source` is DMAR_NO_SOURCE if it lies behind a bridge. */
	struct {
		struct phys_range range;
		u32 source;
	} region[DMAR_REGIONS];
	u32 region_count; /* of all: those beyond DMAR_REGIONS are not recorded */
};
extern struct dmar dmar;

/* Reads the table, and keeps all units' registers from user space (acpi_keep). */
void dmar_read(const struct table *t);

/* The requester id of the I/O APIC with this number, or DMAR_NO_SOURCE. */
u32 dmar_ioapic_source(u8 number);
