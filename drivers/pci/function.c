/*
 * Sources: PCI Local Bus Specification 3.0, 6.8.2 (MSI-X); PCI Express Base Specification 4.0, 7.5.3 (device capabilities), 6.6.2
 * (function level reset); PCI Advanced Features ECN.
 */
#include "drivers/pci/function.h"
#include "drivers/pci/config.h"
#include "drivers/pci/memory.h"
#include "gen/lib/microk/methods.h"
#include "lib/microk/memory.h"
#include "lib/microk/pause.h"
#include "lib/microk/slots.h"
#include "microk/cap.h"
#include "microk/info.h"

#define MSIX_CONTROL 2
#define MSIX_ENABLE 0x8000u
#define MSIX_MASK_ALL 0x4000u
#define MSIX_TABLE                                                                                 \
	4 /* BAR in the lower three bits, offset in the others; likewise the pending bits */
#define MSIX_PENDING 8
#define MSIX_ENTRY_BYTES 16
#define MSIX_MASKED 1u

#define MESSAGES_FIRST                                                                             \
	0xfee00000ul /* the addresses at which a write is an interrupt (Intel SDM vol. 3, 11.11.1) */
#define MESSAGES_BYTES 0x100000ul

#define EXPRESS_CAPABILITIES 4
#define EXPRESS_CONTROL 8
#define EXPRESS_CAN_RESET 0x10000000u
#define EXPRESS_RESET 0x8000u

#define FEATURES_CAPABILITIES 3
#define FEATURES_CONTROL 4
#define FEATURES_CAN_RESET 2u
#define FEATURES_RESET 1u

#define RESET_MICROSECONDS 100000ul

void function_master(const struct pci_function *f, bool on)
{
	u32 command = config_read(f->requester, CONFIG_COMMAND, 2);

	command = on ? command | COMMAND_MASTER | COMMAND_MEMORY | COMMAND_NO_LINE
		     : command & ~COMMAND_MASTER;
	config_write(f->requester, CONFIG_COMMAND, 2, command);
	(void)config_read(f->requester, CONFIG_COMMAND, 2); /* the function has taken it */
}

/* ---- Messages ---- */

static u32 table_place(const struct pci_function *f, u32 which, u32 *bar)
{
	u32 place = config_read(f->requester, f->msix + (which ? MSIX_PENDING : MSIX_TABLE), 4);

	*bar = place & 7;
	return place & ~7u;
}

bool function_kept_pages(const struct pci_function *f, u32 bar, u32 which, u32 *first, u32 *end)
{
	u32 in;

	if (!f->msix)
		return false;
	u32 offset = table_place(f, which, &in);
	u64 bytes = which ? ALIGN_UP(f->vectors, 64ul) / 8 : (u64)f->vectors * MSIX_ENTRY_BYTES;
	u64 begin = (in < PCI_BARS ? f->bar[in].address : 0) % PAGE_SIZE + offset;
	*first = (u32)(begin / PAGE_SIZE);
	*end = (u32)((begin + bytes + PAGE_SIZE - 1) / PAGE_SIZE);
	return in == bar;
}

/* Maps the whole BAR that has the table. It stays mapped. */
static volatile u32 *map_table(const struct pci_function *f, u32 index)
{
	static volatile u8 *at[PCI_FUNCTIONS];
	u32 bar, offset = table_place(f, 0, &bar);
	u32 pages = bar < PCI_BARS ? memory_bar_pages(index, bar) : 0;
	cap_t copy;
	void *mapped;

	if (pages == 0 ||
	    f->bar[bar].address % PAGE_SIZE + offset + (u64)f->vectors * MSIX_ENTRY_BYTES >
		    pages * PAGE_SIZE)
		return NULL;
	if (!at[index]) {
		copy = slot_alloc();
		if (copy == 0 ||
		    frame_narrow(memory_slot(index, PCI_SLOT_BARS + bar),
				 &(struct frame_narrow){.first = 0,
							.count = pages,
							.cnode = SLOT_CNODE,
							.index = copy,
							.rights = RIGHT_READ | RIGHT_WRITE}) != OK)
			return NULL;
		if (window_map(copy, pages, RIGHT_READ | RIGHT_WRITE, MAP_UNCACHED, &mapped) != OK)
			return NULL;
		at[index] = mapped;
	}
	return (volatile u32 *)(at[index] + f->bar[bar].address % PAGE_SIZE + offset);
}

static void write_control(const struct pci_function *f, u32 clear, u32 set)
{
	u32 control = config_read(f->requester, f->msix + MSIX_CONTROL, 2);

	config_write(f->requester, f->msix + MSIX_CONTROL, 2, (control & ~clear) | set);
}

void function_silence(const struct pci_function *f, u32 index)
{
	volatile u32 *table;

	if (!f->msix)
		return;
	write_control(f, MSIX_ENABLE, 0);
	table = map_table(f, index);
	if (!table || !(config_read(f->requester, CONFIG_COMMAND, 2) & COMMAND_MEMORY))
		return;
	for (u32 i = 0; i < f->vectors; i++)
		table[i * 4 + 3] = MSIX_MASKED;
}

enum microk_status function_message(const struct pci_function *f, u32 index, u32 vector,
				    u64 address, u32 data)
{
	volatile u32 *table;

	if (!f->msix || !(table = map_table(f, index)))
		return ERR_NOT_FOUND;
	if (vector >= f->vectors || address < MESSAGES_FIRST ||
	    address - MESSAGES_FIRST >= MESSAGES_BYTES)
		return ERR_RANGE;
	config_write(f->requester, CONFIG_COMMAND, 2,
		     config_read(f->requester, CONFIG_COMMAND, 2) | COMMAND_MEMORY);
	/* The other vectors may hold anything: each is masked until its driver asks for it. */
	if (!(config_read(f->requester, f->msix + MSIX_CONTROL, 2) & MSIX_ENABLE))
		for (u32 i = 0; i < f->vectors; i++)
			table[i * 4 + 3] = MSIX_MASKED;
	volatile u32 *entry = table + (size_t)vector * 4;
	entry[3] = MSIX_MASKED;
	entry[0] = (u32)address;
	entry[1] = (u32)(address >> 32);
	entry[2] = data;
	entry[3] = 0;
	write_control(f, MSIX_MASK_ALL, MSIX_ENABLE);
	return OK;
}

/* ---- Reset ---- */

static bool begin_reset(const struct pci_function *f)
{
	u16 q = f->requester;

	if (f->express &&
	    config_read(q, f->express + EXPRESS_CAPABILITIES, 4) & EXPRESS_CAN_RESET) {
		u32 control = config_read(q, f->express + EXPRESS_CONTROL, 2);

		config_write(q, f->express + EXPRESS_CONTROL, 2, control | EXPRESS_RESET);
		return true;
	}
	if (f->features &&
	    config_read(q, f->features + FEATURES_CAPABILITIES, 1) & FEATURES_CAN_RESET) {
		config_write(q, f->features + FEATURES_CONTROL, 1, FEATURES_RESET);
		return true;
	}
	return false;
}

static u64 tsc_hz(void)
{
	const struct startup_entry *area = grant_entry("info");

	return area && area->address ? ((const struct microk_info *)area->address)->tsc_hz
				     : 4000000000ul;
}

enum microk_status function_reset(const struct pci_function *f)
{
	if (!begin_reset(f))
		return ERR_NOT_FOUND;
	pause_ticks(tsc_hz() / 1000000 * RESET_MICROSECONDS);
	for (u32 i = 0; i < PCI_BARS; i++) {
		const struct pci_bar *b = &f->bar[i];

		if (b->bytes == 0)
			continue;
		config_write(f->requester, CONFIG_BAR + i * 4, 4, (u32)b->address);
		if (b->flags & PCI_BAR_64)
			config_write(
				f->requester, CONFIG_BAR + i * 4 + 4, 4, (u32)(b->address >> 32));
	}
	config_write(f->requester, CONFIG_COMMAND, 2, COMMAND_MEMORY | COMMAND_NO_LINE);
	return OK;
}
