#include "lib/device/device.h"
#include "gen/lib/microk/methods.h"
#include "gen/protocols/pci_client.h"
#include "lib/microk/memory.h"
#include "lib/microk/print.h"
#include "lib/microk/slots.h"
#include "lib/microk/startup.h"
#include "lib/microk/string.h"
#include "lib/microk/util.h"
#include "microk/cap.h"
#include "microk/info.h"

#define MEMORY_ADDRESS 0x1000000ul /* where the device has the grant "dma", if a unit translates */

enum microk_status device_claim(struct device *d, const char *name)
{
	struct pci_claim_result claimed;
	cap_t space = slot_alloc();
	enum microk_status status;

	*d = (struct device){.pci = grant_find(name)};
	if (!d->pci)
		return ERR_NOT_FOUND;
	status = DEVICE_CALL(pci_claim(d->pci, space, &claimed));
	if (status != OK) {
		slot_free(space);
		return status;
	}
	d->requester = (u16)claimed.requester;
	d->id = claimed.id;
	d->class = claimed.class;
	d->vectors = claimed.vectors;
	d->dma.space = space;
	return OK;
}

/* ---- Registers ---- */

/* The run of pages that contains this one. */
static bool get_run(struct device *d, u32 bar, u32 page, cap_t memory,
		    struct pci_memory_result *got)
{
	struct pci_memory_args args = {.number = bar};

	while (DEVICE_CALL(pci_memory(d->pci, &args, memory, got)) == OK) {
		args.from = got->first + got->pages;
		if (got->first <= page && page < args.from)
			return true;
		cnode_delete(SLOT_CNODE, memory);
	}
	return false;
}

static bool map_window(struct device *d, u32 bar, u32 page)
{
	struct pci_memory_result got;
	cap_t memory = slot_alloc();
	void *at;

	if (!get_run(d, bar, page, memory, &got)) {
		slot_free(memory);
		return false;
	}
	if (window_map(memory, got.pages, RIGHT_READ | RIGHT_WRITE, MAP_UNCACHED, &at) != OK) {
		slot_drop(memory);
		return false;
	}
	d->window[bar] = (struct device_window){
		.at = at, .first = got.first, .pages = got.pages, .offset = got.offset};
	return true;
}

/* One run of pages is mapped for each register, which is all of it, or all before the table of messages. */
volatile void *device_registers(struct device *d, u32 bar, u64 offset, u64 bytes)
{
	if (bar >= PCI_BARS || offset > FRAME_MAX_PAGES * PAGE_SIZE ||
	    bytes > FRAME_MAX_PAGES * PAGE_SIZE)
		return NULL;
	struct device_window *w = &d->window[bar];
	if (!w->at && !map_window(d, bar, (u32)(offset / PAGE_SIZE)))
		return NULL;
	u64 first = offset + w->offset, begin = (u64)w->first * PAGE_SIZE;
	if (first < begin || first + bytes > begin + (u64)w->pages * PAGE_SIZE)
		return NULL;
	return w->at + (first - begin);
}

/* ---- Messages and the bus ---- */

static enum microk_status send_message(struct device *d)
{
	const struct pci_message_args args = {
		.vector = 0, .address = d->message_address, .data = d->message_data};

	return DEVICE_CALL(pci_message(d->pci, &args));
}

static cap_t irq; /* that of message 0 of this program's device; 0 before device_message */

void device_acknowledge(void)
{
	if (irq)
		irq_ack(irq);
}

enum microk_status device_message(struct device *d, cap_t badged)
{
	struct pci_vector_result line;
	struct irq_bind_result message = {0};

	irq = slot_alloc();
	enum microk_status status = DEVICE_CALL(pci_vector(d->pci, 0, irq, &line));

	if (status == OK)
		status = irq_bind(
			irq, &(struct irq_bind){.notification = badged, .requester = d->requester},
			&message);
	d->message_address = message.message_address;
	d->message_data = (u32)message.message_data;
	return status == OK ? send_message(d) : status;
}

enum microk_status device_reset(struct device *d)
{
	enum microk_status status = DEVICE_CALL(pci_reset(d->pci));

	return status == OK ? send_message(d) : status;
}

enum microk_status device_master(struct device *d, bool on)
{
	return DEVICE_CALL(pci_master(d->pci, on));
}

enum microk_status device_map_memory(struct device *d, u64 bytes, const char *declared)
{
	const struct startup_entry *grant = grant_entry("dma");
	cap_t copy = slot_alloc();
	enum microk_status status;

	if (!grant || !grant->address || copy == 0)
		return ERR_NOT_FOUND;
	d->memory = (u8 *)grant->address;
	/* Its first Frame alone: for the device the next one need not follow. */
	d->memory_bytes = MIN((u64)grant->pages, FRAME_MAX_PAGES) * PAGE_SIZE;
	d->memory_address = MEMORY_ADDRESS;
	if (d->memory_bytes < bytes) {
		print("%s: its grant \"dma\" is too small; write \"frames dma %s\" in "
		      "system.conf\n",
		      startup->program, declared);
		return ERR_MEMORY;
	}
	status = cnode_copy(
		SLOT_CNODE,
		&(struct cnode_copy){.index = copy,
				     .source_cnode = SLOT_CNODE,
				     .source_index = grant->slot,
				     .rights = RIGHT_READ | RIGHT_WRITE});
	return status == OK ? dma_map(&d->dma, copy, &d->memory_address) : status;
}

/* ---- Time ---- */

static u64 ticks(u64 microseconds)
{
	static u64 hz;
	const struct startup_entry *area = grant_entry("info");

	if (!hz)
		hz = area && area->address ? ((const struct microk_info *)area->address)->tsc_hz
					   : 4000000000ul;
	return hz / 1000000 * microseconds;
}

u64 device_limit(u64 usual)
{
	u64 milliseconds;

	if (!string_number(startup->arguments, &milliseconds) || milliseconds == 0 ||
	    milliseconds >= 1000000)
		return usual;
	return milliseconds * 1000;
}

u64 device_time(void)
{
	return tsc_read();
}

u64 device_deadline(u64 since, u64 microseconds)
{
	return since + ticks(microseconds);
}

bool device_is_late(u64 since, u64 microseconds)
{
	return tsc_read() > device_deadline(since, microseconds);
}
