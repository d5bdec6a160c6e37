/*
 * The few ACPI facts. Linux and Redox interpret AML. The kernel only needs the interrupt controllers and the values for
 * switching off, so it finds the one AML object that it needs by its encoding. Tables are read by offset, as the
 * specification prints them: a field that a short table does not have reads as 0, which for each of them means "not there".
 */
#include "pc/acpi.h"
#include "lib/print.h"
#include "lib/string.h"
#include "pc/acpi_table.h"
#include "pc/paging.h"
#include "x86/cpu.h"
#include "x86/x86.h"

struct acpi_facts acpi_facts;

#define RSDP_BYTES 36 /* ACPI 6.5, 5.2.5.3 */
#define RSDP_OLD_BYTES 20
#define RSDP_REVISION 15
#define RSDP_RSDT 16
#define RSDP_XSDT 24 /* revision 2 on */

#define TABLE_MAX (4ul << 20) /* longer is damaged */

#define FADT_DSDT 40 /* 5.2.9 */
#define FADT_SMI_COMMAND 48
#define FADT_ACPI_ENABLE 52
#define FADT_PM1A_CONTROL 64
#define FADT_PM_TIMER 76
#define FADT_CENTURY 108
#define FADT_FLAGS 112
#define FADT_RESET 116 /* a Generic Address (5.2.3.2): the kind, and from byte 4 on the address */
#define FADT_RESET_VALUE 128
#define FADT_X_DSDT 140
#define FADT_X_PM_TIMER 208
#define TIMER_IS_WIDE (1u << 8)
#define RESET_SUPPORTED (1u << 10)
#define SPACE_IO 1
#define PM1_SCI_EN 1 /* 4.8.3.2.1 */
#define PM1_SLP_TYP_SHIFT 10
#define PM1_SLP_EN (1u << 13)

#define MADT_ENTRIES 44 /* 5.2.12; each begins with its type and its length */
#define MADT_IOAPIC 1
#define MADT_OVERRIDE 2

static bool sums_to_zero(const void *data, size_t bytes)
{
	u8 sum = 0;

	for (size_t i = 0; i < bytes; i++)
		sum += ((const u8 *)data)[i];
	return sum == 0;
}

/* The whole table at `phys`; NULL if there is none or it is damaged. */
static const struct table *table_at(u64 phys)
{
	const struct table *t = phys ? paging_map_firmware(phys, sizeof(*t)) : NULL;

	if (!t || t->length < sizeof(*t) || t->length > TABLE_MAX)
		return NULL;
	t = paging_map_firmware(phys, t->length);
	return t && sums_to_zero(t, t->length) ? t : NULL;
}

static void read_madt(const struct table *madt)
{
	u64 length;

	for (u64 at = MADT_ENTRIES; (length = field(madt, at + 1, 1)) != 0; at += length) {
		u64 type = field(madt, at, 1), line = field(madt, at + 3, 1);
		u32 input = (u32)field(madt, at + 4, 4);

		if (type == MADT_IOAPIC && field(madt, at + 8, 4) == 0) {
			acpi_facts.ioapic_phys = field(madt, at + 4, 4);
			acpi_facts.ioapic_number = (u8)field(madt, at + 2, 1);
		}
		if (type == MADT_IOAPIC)
			acpi_keep(field(madt, at + 4, 4), PAGE_SIZE);
		if (type == MADT_OVERRIDE && line < IRQ_LINES && input < IRQ_LINES) {
			if (input != line && acpi_facts.line[input].input == input)
				acpi_facts.line[input].input = IRQ_NOWHERE;
			acpi_facts.line[line].input = input;
			acpi_facts.line[line].flags = (u16)field(madt, at + 8, 2);
		}
	}
}

/* Name (_S5_, Package () { SLP_TYPa, … }): name, PackageOp, PkgLength (1 to 4 bytes, by the top
 * two bits of the first), number of elements, elements (20.2.5.1, 7.4.2). The first is a byte after
 * BytePrefix, or ZeroOp or OneOp, which stand for 0 and 1. */
static void find_s5(const struct table *dsdt)
{
	const u8 *end = (const u8 *)dsdt + dsdt->length;

	for (const u8 *p = dsdt->other + sizeof(dsdt->other); p + 12 < end; p++) {
		if (memcmp(p, "_S5_\x12", 5))
			continue;
		p += 5 + 1 + (p[5] >> 6) + 1;
		u32 type = p[0] == 0x0a ? p[1] : p[0];
		kinfo->s5_value = (u16)((type & 7) << PM1_SLP_TYP_SHIFT | PM1_SLP_EN);
		return;
	}
}

/* While ACPI mode is off, the firmware would handle the sleep request itself (4.8.2.5). */
static void enter_acpi_mode(u16 command_port, u8 enable, u16 control)
{
	if (!command_port || !enable || (inw(control) & PM1_SCI_EN))
		return;
	outb(command_port, enable);
	for (u32 i = 0; i < 100000 && !(inw(control) & PM1_SCI_EN); i++)
		;
}

static void read_fadt_clocks(const struct table *fadt)
{
	u64 port = field(fadt, FADT_PM_TIMER, 4);

	if (!port && field(fadt, FADT_X_PM_TIMER, 1) == SPACE_IO)
		port = field(fadt, FADT_X_PM_TIMER + GENERIC_ADDRESS, 8);
	acpi_facts.pm_timer_port = (u16)port;
	acpi_facts.pm_timer_wide = field(fadt, FADT_FLAGS, 4) & TIMER_IS_WIDE;
	acpi_facts.rtc_century = (u8)field(fadt, FADT_CENTURY, 1);
}

static void read_fadt(const struct table *fadt)
{
	u64 wide_dsdt = field(fadt, FADT_X_DSDT, 8);
	const struct table *dsdt = table_at(wide_dsdt ? wide_dsdt : field(fadt, FADT_DSDT, 4));

	read_fadt_clocks(fadt);
	if ((field(fadt, FADT_FLAGS, 4) & RESET_SUPPORTED) &&
	    field(fadt, FADT_RESET, 1) == SPACE_IO) {
		kinfo->reset_port = (u16)field(fadt, FADT_RESET + GENERIC_ADDRESS, 8);
		kinfo->reset_value = (u8)field(fadt, FADT_RESET_VALUE, 1);
	}
	if (dsdt)
		find_s5(dsdt);
	if (!kinfo->s5_value)
		return;
	kinfo->pm1a_cnt_port = (u16)field(fadt, FADT_PM1A_CONTROL, 4);
	enter_acpi_mode((u16)field(fadt, FADT_SMI_COMMAND, 4), (u8)field(fadt, FADT_ACPI_ENABLE, 1),
			kinfo->pm1a_cnt_port);
}

/* XSDT or RSDT: a list of the other tables' addresses. */
static void read_root(const struct table *root, u32 address_bytes)
{
	for (u64 at = sizeof(*root); at < root->length; at += address_bytes) {
		const struct table *t = table_at(field(root, at, address_bytes));

		if (t && !memcmp(t->signature, "APIC", 4))
			read_madt(t);
		else if (t && !memcmp(t->signature, "FACP", 4))
			read_fadt(t);
		else if (t)
			acpi_read_places(t);
	}
}

void acpi_read(u64 rsdp_phys)
{
	const u8 *rsdp = rsdp_phys ? paging_map_firmware(rsdp_phys, RSDP_BYTES) : NULL;
	const struct table *root = NULL;

	for (u32 i = 0; i < IRQ_LINES; i++)
		acpi_facts.line[i].input = i;
	if (rsdp && !memcmp(rsdp, "RSD PTR ", 8) && sums_to_zero(rsdp, RSDP_OLD_BYTES)) {
		bool wide = rsdp[RSDP_REVISION] >= 2;

		root = table_at(
			wide ? *(const u64 *)(rsdp + RSDP_XSDT) : *(const u32 *)(rsdp + RSDP_RSDT));
		acpi_facts.found = root;
		if (root)
			read_root(root, wide ? 8 : 4);
	}
	kverbose("acpi: %s; I/O APIC at 0x%lx, power off by port 0x%x value 0x%x\n",
		 root ? "found" : "none, customary devices are assumed", acpi_facts.ioapic_phys,
		 kinfo->pm1a_cnt_port, kinfo->s5_value);
}
