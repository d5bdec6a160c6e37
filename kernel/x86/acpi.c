/*
 * The few ACPI facts. Linux and Redox interpret AML; the kernel only needs the interrupt
 * controllers and how to switch off, so the one AML object wanted is found by its encoding.
 */
#include "x86/acpi.h"
#include "lib/print.h"
#include "lib/string.h"
#include "x86/paging.h"
#include "x86/x86.h"

struct acpi_facts acpi_facts;

struct rsdp { /* ACPI 6.5, 5.2.5.3 */
	char signature[8];
	u8 checksum;
	char oem[6];
	u8 revision;
	u32 rsdt_phys;
	u32 length; /* this and what follows: revision 2 on */
	u64 xsdt_phys;
	u8 extended_checksum, reserved[3];
} __attribute__((packed));
#define RSDP_OLD_BYTES 20

struct table { /* 5.2.6 */
	char signature[4];
	u32 length;
	u8 revision, checksum;
	char oem[6], oem_table[8];
	u32 oem_revision, creator, creator_revision;
} __attribute__((packed));
#define TABLE_MAX (4ul << 20) /* longer is damaged */

struct address { /* 5.2.3.2 */
	u8 space, bits, offset, access;
	u64 address;
} __attribute__((packed));
#define SPACE_IO 1

struct fadt { /* 5.2.9 */
	struct table table;
	u32 facs, dsdt_phys;
	u8 reserved0, profile;
	u16 sci;
	u32 smi_command;
	u8 acpi_enable, acpi_disable, s4bios, pstate;
	u32 pm1a_event, pm1b_event, pm1a_control, pm1b_control;
	u8 other[40];
	u32 flags;
	struct address reset;
	u8 reset_value;
	u16 arm_flags;
	u8 minor;
	u64 x_facs, x_dsdt_phys;
} __attribute__((packed));
_Static_assert(offsetof(struct fadt, pm1a_control) == 64, "ACPI");
_Static_assert(offsetof(struct fadt, flags) == 112, "ACPI");
_Static_assert(offsetof(struct fadt, x_dsdt_phys) == 140, "ACPI");
#define FADT_RESET_SUPPORTED (1u << 10)
#define PM1_SCI_EN 1
#define PM1_SLP_TYP_SHIFT 10
#define PM1_SLP_EN (1u << 13)

struct madt_entry { /* 5.2.12 */
	u8 type, length;
} __attribute__((packed));
enum { MADT_IOAPIC = 1, MADT_OVERRIDE = 2 };

struct madt_ioapic {
	struct madt_entry entry;
	u8 id, reserved;
	u32 phys, gsi_base;
} __attribute__((packed));

struct madt_override {
	struct madt_entry entry;
	u8 bus, source;
	u32 gsi;
	u16 flags;
} __attribute__((packed));

static bool sums_to_zero(const void *data, size_t bytes)
{
	u8 sum = 0;

	for (size_t i = 0; i < bytes; i++)
		sum += ((const u8 *)data)[i];
	return sum == 0;
}

/* The whole table at `phys`, checked; NULL if it is damaged or (with a signature given) another. */
static const struct table *table_at(u64 phys, const char *signature)
{
	const struct table *t = phys ? paging_map_firmware(phys, sizeof(*t)) : NULL;
	u32 length;

	if (!t || (signature && memcmp(t->signature, signature, 4)))
		return NULL;
	length = t->length;
	if (length < sizeof(*t) || length > TABLE_MAX)
		return NULL;
	t = paging_map_firmware(phys, length);
	if (!t || !sums_to_zero(t, length)) {
		kverbose("acpi: the table at %p is damaged; ignored\n", (void *)phys);
		return NULL;
	}
	return t;
}

static void read_madt(const struct table *madt)
{
	const u8 *base = (const u8 *)madt;

	for (u64 at = sizeof(*madt) + 8; at + sizeof(struct madt_entry) <= madt->length;) {
		const struct madt_entry *e = (const void *)(base + at);
		const struct madt_ioapic *io = (const void *)e;
		const struct madt_override *o = (const void *)e;

		if (e->length < sizeof(*e) || at + e->length > madt->length)
			return;
		if (e->type == MADT_IOAPIC && e->length >= sizeof(*io) &&
		    (!acpi_facts.ioapic_phys || io->gsi_base < acpi_facts.ioapic_gsi_base)) {
			acpi_facts.ioapic_phys = io->phys;
			acpi_facts.ioapic_gsi_base = io->gsi_base;
		} else if (e->type == MADT_OVERRIDE && e->length >= sizeof(*o) && o->source < 16) {
			acpi_facts.override[o->source].present = true;
			acpi_facts.override[o->source].gsi = o->gsi;
			acpi_facts.override[o->source].flags = o->flags;
		}
		at += e->length;
	}
}

/* An AML integer of at most 8 bits of value (ACPI 6.5, 20.2.3); moves *at behind it. */
static bool read_small_integer(const u8 *aml, u64 end, u64 *at, u8 *value)
{
	if (*at + 2 > end)
		return false;
	switch (aml[*at]) {
	case 0x00: /* ZeroOp */
	case 0x01: /* OneOp */ *value = aml[(*at)++]; return true;
	case 0x0a: /* BytePrefix */
		*value = aml[*at + 1];
		*at += 2;
		return true;
	}
	return false;
}

/* Name (_S5_, Package () { SLP_TYPa, … }): NameOp, name, PackageOp, PkgLength (1 to 4 bytes, told
 * by the top two bits of the first), number of elements, elements (20.2.5.1, 7.4.2). */
static bool find_s5(const u8 *aml, u64 bytes, u8 *sleep_type)
{
	for (u64 at = 1; at + 8 < bytes; at++) {
		u64 element;

		if (memcmp(aml + at, "_S5_", 4) || aml[at + 4] != 0x12)
			continue;
		if (aml[at - 1] != 0x08 && !(aml[at - 1] == '\\' && at >= 2 && aml[at - 2] == 0x08))
			continue;
		element = at + 5 + 1 + (aml[at + 5] >> 6) + 1;
		if (read_small_integer(aml, bytes, &element, sleep_type))
			return true;
	}
	return false;
}

/* Firmware without ACPI mode on would take the sleep request for its own (4.8.2.5). */
static void enter_acpi_mode(const struct fadt *f, u16 control)
{
	if (!f->smi_command || !f->acpi_enable || (inw(control) & PM1_SCI_EN))
		return;
	outb((u16)f->smi_command, f->acpi_enable);
	for (u32 i = 0; i < 100000 && !(inw(control) & PM1_SCI_EN); i++)
		;
}

static void read_fadt(const struct table *table)
{
	const struct fadt *f = (const void *)table;
	const struct table *dsdt;
	u8 sleep_type;

	if (table->length < offsetof(struct fadt, flags) + 4)
		return;
	if (table->length >= offsetof(struct fadt, arm_flags) &&
	    (f->flags & FADT_RESET_SUPPORTED) && f->reset.space == SPACE_IO &&
	    f->reset.address <= 0xffff) {
		acpi_facts.reset_port = (u16)f->reset.address;
		acpi_facts.reset_value = f->reset_value;
	}
	dsdt = table_at(f->dsdt_phys, "DSDT");
	if (!dsdt && table->length >= sizeof(*f))
		dsdt = table_at(f->x_dsdt_phys, "DSDT");
	if (!f->pm1a_control || f->pm1a_control > 0xffff || !dsdt ||
	    !find_s5((const u8 *)(dsdt + 1), dsdt->length - sizeof(*dsdt), &sleep_type))
		return;
	acpi_facts.pm1a_cnt_port = (u16)f->pm1a_control;
	acpi_facts.s5_value = (u16)((sleep_type & 7) << PM1_SLP_TYP_SHIFT | PM1_SLP_EN);
	enter_acpi_mode(f, acpi_facts.pm1a_cnt_port);
}

static void read_tables(const struct table *root, u32 pointer_bytes)
{
	const u8 *base = (const u8 *)(root + 1);
	u32 count = (root->length - sizeof(*root)) / pointer_bytes;

	for (u32 i = 0; i < count; i++) {
		u64 phys = 0;
		const struct table *t;

		memcpy(&phys, base + i * pointer_bytes, pointer_bytes);
		t = table_at(phys, "APIC");
		if (t)
			read_madt(t);
		t = table_at(phys, "FACP");
		if (t)
			read_fadt(t);
	}
}

static bool rsdp_is_good(const struct rsdp *r)
{
	return !memcmp(r->signature, "RSD PTR ", 8) && sums_to_zero(r, RSDP_OLD_BYTES);
}

/* Where a BIOS leaves it when the loader says nothing: 5.2.5.1. */
static const struct rsdp *search_rsdp(void)
{
	const u8 *rom = paging_map_firmware(0xe0000, 0x20000);

	for (u32 at = 0; at + sizeof(struct rsdp) <= 0x20000; at += 16)
		if (rsdp_is_good((const void *)(rom + at)))
			return (const void *)(rom + at);
	return NULL;
}

void acpi_read(u64 rsdp_phys)
{
	const struct rsdp *r =
		rsdp_phys ? paging_map_firmware(rsdp_phys, sizeof(*r)) : search_rsdp();
	const struct table *root = NULL;

	if (!r || !rsdp_is_good(r)) {
		kverbose("acpi: none found; customary devices are assumed\n");
		return;
	}
	if (r->revision >= 2 && r->length >= sizeof(*r) - 3 && r->length <= 256 &&
	    sums_to_zero(r, r->length))
		root = table_at(r->xsdt_phys, "XSDT");
	if (root) {
		read_tables(root, 8);
	} else {
		root = table_at(r->rsdt_phys, "RSDT");
		if (root)
			read_tables(root, 4);
	}
	kverbose("acpi: I/O APIC at 0x%lx, power off by port 0x%x value 0x%x\n",
		acpi_facts.ioapic_phys, acpi_facts.pm1a_cnt_port, acpi_facts.s5_value);
}
