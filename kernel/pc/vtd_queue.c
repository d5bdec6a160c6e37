/*
 * Queued invalidation (VT-d specification 6.5.2).
 *
 * Linux invalidates single pages where the unit can, and defers that in batches, so that a page may still be written to for
 * 10 ms after it was unmapped, unless iommu.strict=1. Here a page may be another program's at once, so every request waits until
 * it is done. It invalidates all of a domain: pools of pages are mapped once, unmapping is rare, and each domain is one
 * device's.
 *
 * The queue never holds more than one request, of three descriptors at most: it cannot fill up, whatever the programs do. A unit
 * takes microseconds, and no device can delay it, since none has a cache of its own (device TLBs stay off). A unit that takes
 * a second is broken, and memory could not be used again safely, so the kernel stops then. A device can send an answer as if it had
 * a cache: the unit notes that (VTD_FAULTS_ANSWER), and goes on.
 */
#include "pc/vtd_queue.h"
#include "lib/panic.h"
#include "pc/apic.h"
#include "x86/layout.h"
#include "x86/x86.h"

#define CONTEXT 1ul
#define CONTEXT_ALL (CONTEXT | 1 << 4)
#define CONTEXT_DEVICE (CONTEXT | 3 << 4)
#define CONTEXT_DOMAIN_SHIFT 16
#define CONTEXT_REQUESTER_SHIFT 32
#define ADDRESSES 2ul
#define ADDRESSES_ALL (ADDRESSES | 1 << 4)
#define ADDRESSES_DOMAIN (ADDRESSES | 2 << 4)
#define ADDRESSES_DOMAIN_SHIFT 16
#define DRAIN_WRITES (1ul << 6)
#define DRAIN_READS (1ul << 7)
#define INTERRUPTS 4ul /* all */
#define INTERRUPTS_ONE (INTERRUPTS | 1 << 4)
#define INTERRUPTS_INDEX_SHIFT 32
#define WAIT 5ul
#define WAIT_WRITES (1ul << 5) /* a number to an address */
#define WAIT_NUMBER_SHIFT 32

#define CAP_DRAIN_WRITES (1ul << 54)
#define CAP_DRAIN_READS (1ul << 55)

#define TAIL_SHIFT 4

static volatile u32 done; /* the units write it */
static u32 requests;

void vtd_queue_start(struct vtd_unit *u, void *memory, u64 phys)
{
	u->queue = memory;
	u->tail = 0;
	vtd_write_wide(u, VTD_QUEUE_TAIL, 0);
	vtd_write_wide(u, VTD_QUEUE_ADDRESS, phys);
	vtd_write(u, VTD_FAULT_STATUS, VTD_FAULTS_QUEUE); /* of the firmware's queue */
	vtd_command(u, VTD_QUEUE, true);
}

static void put(struct vtd_unit *u, u64 low, u64 high)
{
	u64 *place = u->queue[u->tail];

	place[0] = low;
	place[1] = high;
	vtd_wrote(place, sizeof(u->queue[0]));
	u->tail = (u->tail + 1) % VTD_QUEUE_ENTRIES;
}

/* The unit does what was put. */
static void run(struct vtd_unit *u)
{
	u64 end = rdtsc() + tsc_hz;

	requests++;
	put(u, WAIT | WAIT_WRITES | (u64)requests << WAIT_NUMBER_SHIFT,
	    image_to_phys((void *)&done));
	vtd_write_wide(u, VTD_QUEUE_TAIL, (u64)u->tail << TAIL_SHIFT);
	while (done != requests)
		if ((vtd_read(u, VTD_FAULT_STATUS) & VTD_FAULTS_QUEUE) || rdtsc() > end)
			panic("the VT-d unit at 0x%lx does not invalidate (status 0x%x), so "
			      "memory could not be used again safely",
			      u->phys, vtd_read(u, VTD_FAULT_STATUS));
}

/* Accesses that were begun are over before the request is done. */
static u64 drains(const struct vtd_unit *u)
{
	return (u->capabilities & CAP_DRAIN_WRITES ? DRAIN_WRITES : 0) |
	       (u->capabilities & CAP_DRAIN_READS ? DRAIN_READS : 0);
}

static void put_domain(struct vtd_unit *u, u32 domain)
{
	put(u, ADDRESSES_DOMAIN | drains(u) | (u64)domain << ADDRESSES_DOMAIN_SHIFT, 0);
}

void vtd_forget_all(void)
{
	for (struct vtd_unit *u = vtd_units; u < &vtd_units[vtd_unit_count]; u++) {
		put(u, CONTEXT_ALL, 0);
		run(u);
		put(u, ADDRESSES_ALL | drains(u), 0);
		if (vtd_common.remaps)
			put(u, INTERRUPTS, 0);
		run(u);
	}
}

/* Addresses after the context: between the two the unit could remember them anew by the old context. */
void vtd_forget_requester(u32 requester, u32 domain)
{
	for (struct vtd_unit *u = vtd_units; u < &vtd_units[vtd_unit_count]; u++) {
		put(u,
		    CONTEXT_DEVICE | (u64)domain << CONTEXT_DOMAIN_SHIFT |
			    (u64)requester << CONTEXT_REQUESTER_SHIFT,
		    0);
		run(u);
		put_domain(u, domain);
		run(u);
	}
}

void vtd_forget_domain(u32 domain)
{
	for (struct vtd_unit *u = vtd_units; u < &vtd_units[vtd_unit_count]; u++) {
		put_domain(u, domain);
		run(u);
	}
}

void vtd_forget_interrupt(u32 index)
{
	for (struct vtd_unit *u = vtd_units; u < &vtd_units[vtd_unit_count]; u++) {
		put(u, INTERRUPTS_ONE | (u64)index << INTERRUPTS_INDEX_SHIFT, 0);
		run(u);
	}
}
