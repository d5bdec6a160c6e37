/* A unit records a few faults and drops those that come while it has no room. It sends one interrupt until all are taken. */
#include "pc/vtd_faults.h"
#include "pc/apic.h"
#include "pc/paging.h"

#define CONTROL_MASKED (1u << 31)

#define HIGH_REQUESTER(h) ((u32)((h) & 0xffff))
#define HIGH_REASON(h) ((u32)((h) >> 32 & 0xff))
#define HIGH_READS (1ul << 62)
#define HIGH_FAULT (1ul << 63)
#define INDEX_SHIFT 48

static void clear_record(const struct vtd_unit *u, u64 at)
{
	vtd_write(u, at + 12, (u32)(HIGH_FAULT >> 32));
}

/* Those of the time before the kernel. Each record is cleared once: a device that firmware left on, such as a screen, may be
 * refused an access as often as a record becomes free. */
static void clear_old(const struct vtd_unit *u)
{
	for (u64 i = 0; i < vtd_records(u); i++)
		clear_record(u, vtd_records_at(u) + i * VTD_RECORD_BYTES);
	vtd_write(u, VTD_FAULT_STATUS, VTD_FAULTS_LOST | VTD_FAULTS_ANSWER);
}

void vtd_faults_start(const struct vtd_unit *u)
{
	vtd_write(u, VTD_FAULT_CONTROL, CONTROL_MASKED);
	clear_old(u);
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
	clear_record(u, at);
	return true;
}

/* While it is set, no interrupt comes for a recorded fault, either. */
static bool take_answer(const struct vtd_unit *u, struct vtd_fault *f)
{
	*f = (struct vtd_fault){.reason = VTD_FAULT_ANSWER};
	vtd_write(u, VTD_FAULT_STATUS, VTD_FAULTS_ANSWER);
	return true;
}

static bool take(const struct vtd_unit *u, struct vtd_fault *f, bool *lost)
{
	u32 status = vtd_read(u, VTD_FAULT_STATUS);

	*lost = status & VTD_FAULTS_LOST;
	if (status & VTD_FAULTS_ANSWER)
		return take_answer(u, f);
	if (!(status & (VTD_FAULTS_RECORDED | VTD_FAULTS_LOST)))
		return false;
	/* While it is set, no further interrupt comes. */
	vtd_write(u, VTD_FAULT_STATUS, VTD_FAULTS_LOST);
	for (u64 i = 0; i < vtd_records(u); i++)
		if (take_record(u, vtd_records_at(u) + i * VTD_RECORD_BYTES, f)) {
			/* One that came between the two writes would otherwise stay. */
			vtd_write(u, VTD_FAULT_STATUS, VTD_FAULTS_LOST);
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
