/* The I/O APIC: routes the inputs of old and of level-triggered devices to this processor. One is
 * driven (24 inputs); whatever lies beyond is message-signalled. */
#include "x86/ioapic.h"
#include "lib/print.h"
#include "x86/acpi.h"
#include "x86/apic.h"
#include "x86/paging.h"

#define CUSTOMARY_PHYS 0xfec00000
#define REG_VERSION 1
#define REG_REDIRECTION 0x10 /* two registers an input */
#define ENTRY_ACTIVE_LOW 0x2000u
#define ENTRY_LEVEL 0x8000u
#define ENTRY_MASKED 0x10000u

#define FLAG_LEVEL 1u
#define FLAG_ACTIVE_LOW 2u
#define FLAG_AS_MADT 4u

static volatile u32 *ioapic; /* [0] selects, [4] is the selected register */
static u32 inputs;

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

/* The input that `line` arrives at; false where this I/O APIC has none such. */
static bool input_of(u32 line, u32 *input)
{
	u32 gsi = line < 16 && acpi_facts.override[line].present ? acpi_facts.override[line].gsi
								 : line;

	*input = gsi - acpi_facts.ioapic_gsi_base;
	return gsi >= acpi_facts.ioapic_gsi_base && *input < inputs;
}

/* MPS INTI flags, ACPI 6.5 table 5.26: polarity in bits 0..1, trigger in 2..3; 3 is low or level. */
static u32 madt_flags(u32 line)
{
	u16 f = line < 16 && acpi_facts.override[line].present ? acpi_facts.override[line].flags
							       : 0;

	return ((f & 3) == 3 ? FLAG_ACTIVE_LOW : 0) | ((f >> 2 & 3) == 3 ? FLAG_LEVEL : 0);
}

void ioapic_init(void)
{
	ioapic = paging_map_device(acpi_facts.ioapic_phys ? acpi_facts.ioapic_phys : CUSTOMARY_PHYS,
				   PAGE_SIZE);
	inputs = (reg_read(REG_VERSION) >> 16 & 0xff) + 1;
	for (u32 i = 0; i < inputs; i++)
		reg_write(REG_REDIRECTION + 2 * i, ENTRY_MASKED);
	kverbose("ioapic: %u inputs\n", inputs);
}

void ioapic_route(u32 line, u32 flags)
{
	u32 input, entry = ENTRY_MASKED | (VECTOR_IRQ_BASE + line);

	if (!input_of(line, &input))
		return;
	if (flags & FLAG_AS_MADT)
		flags = madt_flags(line);
	entry |= flags & FLAG_LEVEL ? ENTRY_LEVEL : 0;
	entry |= flags & FLAG_ACTIVE_LOW ? ENTRY_ACTIVE_LOW : 0;
	reg_write(REG_REDIRECTION + 2 * input, ENTRY_MASKED);
	reg_write(REG_REDIRECTION + 2 * input + 1, apic_id() << 24);
	reg_write(REG_REDIRECTION + 2 * input, entry);
}

static void set_mask(u32 line, u32 mask)
{
	u32 input;

	if (input_of(line, &input))
		reg_write(REG_REDIRECTION + 2 * input,
			  (reg_read(REG_REDIRECTION + 2 * input) & ~ENTRY_MASKED) | mask);
}

void ioapic_mask(u32 line)
{
	set_mask(line, ENTRY_MASKED);
}

void ioapic_unmask(u32 line)
{
	set_mask(line, 0);
}
