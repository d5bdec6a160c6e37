/* A unit records a few faults and drops those that come while it has no room. It sends one interrupt until all are taken. */
#include "pc/vtd_faults.h"
#include "pc/apic.h"
#include "pc/paging.h"

#define STATUS_OVERFLOW 1u
#define STATUS_PENDING 2u
#define CONTROL_MASKED (1u << 31)

#define CAP_RECORDS(c) (((c) >> 40 & 255) + 1)
#define CAP_RECORDS_AT(c) (((c) >> 24 & 1023) * 16)
#define RECORD_BYTES 16
#define HIGH_REQUESTER(h) ((u32)((h) & 0xffff))
#define HIGH_REASON(h) ((u32)((h) >> 32 & 0xff))
#define HIGH_READS (1ul << 62)
#define HIGH_FAULT (1ul << 63)
#define INDEX_SHIFT 48

void vtd_faults_start(const struct vtd_unit *u)
{
	struct vtd_fault old;
	bool lost;

	vtd_write(u, VTD_FAULT_CONTROL, CONTROL_MASKED);
	while (vtd_fault_take(&old, &lost)) /* of the time before the kernel */
		;
	vtd_write(u, VTD_FAULT_DATA, VECTOR_DEVICE_FAULT);
	/* In the old format: a unit's own interrupts are not remapped (5.1.7). */
	vtd_write(u, VTD_FAULT_ADDRESS, (u32)apic_message_address());
	vtd_write(u, VTD_FAULT_ADDRESS_HIGH, 0);
	vtd_write(u, VTD_FAULT_CONTROL, 0);
}

/* The record at `at` of the registers. */
static bool take_record(const struct vtd_unit *u, u64 at, struct vtd_fault *f)
{
	u64 low = vtd_read_wide(u, at), high = vtd_read_wide(u, at + 8);

	if (!(high & HIGH_FAULT))
		return false;
	*f = (struct vtd_fault){
		.requester = HIGH_REQUESTER(high),
		.reason = HIGH_REASON(high),
		.writes = !(high & HIGH_READS),
		.address = low & ~(PAGE_SIZE - 1)};
	if (f->reason >= VTD_FAULT_INTERRUPT && f->reason < VTD_FAULT_INTERRUPT_END)
		f->address = low >> INDEX_SHIFT;
	vtd_write(u, at + 12, (u32)(HIGH_FAULT >> 32));
	return true;
}

static bool take(const struct vtd_unit *u, struct vtd_fault *f, bool *lost)
{
	u64 first = CAP_RECORDS_AT(u->capabilities), count = CAP_RECORDS(u->capabilities);
	u32 status = vtd_read(u, VTD_FAULT_STATUS);

	if (!(status & (STATUS_PENDING | STATUS_OVERFLOW)))
		return false;
	/* While it is set, no further interrupt comes. */
	*lost = status & STATUS_OVERFLOW;
	vtd_write(u, VTD_FAULT_STATUS, STATUS_OVERFLOW);
	for (u64 i = 0; i < count; i++)
		if (take_record(u, first + i * RECORD_BYTES, f)) {
			/* One that came between the two writes would otherwise stay. */
			vtd_write(u, VTD_FAULT_STATUS, STATUS_OVERFLOW);
			return true;
		}
	return false;
}

bool vtd_fault_take(struct vtd_fault *f, bool *lost)
{
	for (u32 i = 0; i < vtd_unit_count; i++)
		if (take(&vtd_units[i], f, lost))
			return true;
	return false;
}
