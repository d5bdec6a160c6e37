/* The table of interrupts. Its index is the interrupt's number, so nothing is allocated, and all units share one table. Linux
 * allocates indexes for each unit; seL4's x86 port does not remap. Destinations are local APIC ids of 8 bits: the kernel does
 * not use x2APIC mode. */
#include "pc/vtd_interrupts.h"
#include "pc/apic.h"
#include "pc/vtd_queue.h"

#define PRESENT 1ul
#define NO_REPORTS (1ul << 1) /* of faults by this entry */
#define LEVEL (1ul << 4)
#define VECTOR_SHIFT 16
#define DESTINATION_SHIFT 40
#define CHECK_ALL_OF_REQUESTER (1ul << 18)
#define TABLE_SIZE 7 /* 2^(n+1) entries */
_Static_assert(2 << TABLE_SIZE == VTD_INTERRUPTS && IRQ_COUNT <= VTD_INTERRUPTS,
	       "the table's size");

#define MESSAGE_INDEX_SHIFT 5
#define MESSAGE_REMAPPED 0x10ul
#define MESSAGE_ADDS_DATA 0x8ul /* the data is added to the index */

static u64 (*entries)[2];

u64 vtd_interrupts_start(void *memory, u64 phys)
{
	entries = memory;
	vtd_wrote(memory, PAGE_SIZE);
	return phys | TABLE_SIZE;
}

static void write(u32 number, u64 low, u64 high)
{
	u64 *entry = entries[number];

	/* Not present in between, so that no unit sees a half of each. */
	entry[0] = 0;
	vtd_wrote(entry, sizeof(entries[0]));
	vtd_forget_interrupt(number);
	entry[1] = high;
	vtd_wrote(entry, sizeof(entries[0]));
	entry[0] = low;
	vtd_wrote(entry, sizeof(entries[0]));
	if (vtd_common.caches_absent)
		vtd_forget_interrupt(number);
}

void vtd_interrupt_set(u32 number, u32 vector, u32 requester, bool is_level)
{
	write(number,
	      PRESENT | (is_level ? LEVEL : 0) | (u64)vector << VECTOR_SHIFT |
		      (u64)apic_id() << DESTINATION_SHIFT,
	      requester | CHECK_ALL_OF_REQUESTER);
}

void vtd_interrupt_clear(u32 number)
{
	write(number, 0, 0);
}

void vtd_interrupt_pause(u32 number)
{
	entries[number][0] = (entries[number][0] & ~PRESENT) | NO_REPORTS;
	vtd_wrote(entries[number], sizeof(entries[0]));
	vtd_forget_interrupt(number);
}

void vtd_interrupt_resume(u32 number)
{
	entries[number][0] = (entries[number][0] & ~NO_REPORTS) | PRESENT;
	vtd_wrote(entries[number], sizeof(entries[0]));
	if (vtd_common.caches_absent)
		vtd_forget_interrupt(number);
}

u64 vtd_interrupt_message(u32 number)
{
	return MESSAGES_START | (u64)number << MESSAGE_INDEX_SHIFT | MESSAGE_REMAPPED |
	       MESSAGE_ADDS_DATA;
}
