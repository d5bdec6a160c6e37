/* The I/O APIC: routes the inputs of old and of level-triggered devices to this processor. One is
 * driven (24 inputs); all further interrupts are message-signalled. */
#include "pc/ioapic.h"
#include "lib/print.h"
#include "pc/acpi.h"
#include "pc/paging.h"

#define CUSTOMARY_PHYS 0xfec00000
#define REG_VERSION 1
#define REG_REDIRECTION 0x10 /* two registers an input */
#define ENTRY_ACTIVE_LOW 0x2000u
#define ENTRY_LEVEL 0x8000u
#define ENTRY_MASKED 0x10000u
#define ENTRY_REMAPPED                                                                             \
	0x10000u /* in the upper register, as the index (VT-d specification 5.1.5.1) */
#define ENTRY_INDEX_SHIFT 17

#define MADT_POLARITY 3u
#define MADT_ACTIVE_LOW 3u
#define MADT_TRIGGER 0xcu
#define MADT_LEVEL 0xcu

static volatile u32 *ioapic; /* [0] selects, [4] is the selected register */

static u32 reg_read(u32 reg)
{
	ioapic[0] = reg;
	return ioapic[4];
}

static void reg_write(u32 reg, u32 value)
{
	ioapic[0] = reg;
	ioapic[4] = value;
}

/* The lower of the two registers of the input that `line` arrives at. */
static u32 entry_of(u32 line)
{
	return REG_REDIRECTION + 2 * acpi_facts.line[line].input;
}

void ioapic_init(void)
{
	u64 phys = acpi_facts.ioapic_phys ? acpi_facts.ioapic_phys : CUSTOMARY_PHYS;

	ioapic = paging_map_device(phys, PAGE_SIZE);
	u32 version = reg_read(REG_VERSION);
	if (version == 0 || version == ~0u)
		refuse("it has no I/O APIC at 0x%lx, so no device's interrupt would arrive", phys);
	for (u32 line = 0; line < IRQ_LINES; line++)
		reg_write(REG_REDIRECTION + 2 * line, ENTRY_MASKED);
}

/* Polarity in bits 0..1, trigger in 2..3 (ACPI 6.5, table 5.26). */
static u32 flags_of_madt(u32 line)
{
	u32 madt = acpi_facts.line[line].flags, flags = 0;

	if ((madt & MADT_POLARITY) == MADT_ACTIVE_LOW)
		flags |= IOAPIC_ACTIVE_LOW;
	if ((madt & MADT_TRIGGER) == MADT_LEVEL)
		flags |= IOAPIC_LEVEL;
	return flags;
}

u32 ioapic_flags(u32 line, u32 flags)
{
	return flags & IOAPIC_AS_MADT ? flags_of_madt(line) : flags;
}

void ioapic_route(u32 line, u32 flags, bool is_remapped)
{
	u32 entry = ENTRY_MASKED | (VECTOR_IRQ_BASE + line);

	if (flags & IOAPIC_LEVEL)
		entry |= ENTRY_LEVEL;
	if (flags & IOAPIC_ACTIVE_LOW)
		entry |= ENTRY_ACTIVE_LOW;
	reg_write(entry_of(line), ENTRY_MASKED);
	reg_write(entry_of(line) + 1,
		  is_remapped ? ENTRY_REMAPPED | line << ENTRY_INDEX_SHIFT : apic_id() << 24);
	reg_write(entry_of(line), entry);
}

void ioapic_mask(u32 line)
{
	reg_write(entry_of(line), reg_read(entry_of(line)) | ENTRY_MASKED);
}

void ioapic_unmask(u32 line)
{
	reg_write(entry_of(line), reg_read(entry_of(line)) & ~ENTRY_MASKED);
}
