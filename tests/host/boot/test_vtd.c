/*
 * A VT-d unit's registers as a hostile device and a firmware leave them: faults that come as fast as they are taken, an answer that
 * no request asked for, records of faults after the first page. The registers are memory, so a bit that a write of 1 should clear
 * stays: the next fault has come already. The unit works on its queue whenever the kernel reads the clock.
 */
#include "kernel/pc/vtd_unit.h"
#include "pc/acpi.h"
#include "pc/vtd_faults.h"
#include "pc/vtd_queue.h"
#include "tests/host/lib/check.h"
#include <setjmp.h>
#include <string.h>
#include <unistd.h>

#define UNIT 0xfed90000ul
#define DOMAINS_256 2ul
#define WIDTHS (4ul << 8)
#define RECORDS_AT(bytes) ((bytes) / 16ul << 24)
#define RECORDS(n) (((n) - 1ul) << 40)
#define QUEUE_AND_COHERENT 3ul
#define FAULT (1ul << 63)
#define WAIT 5u
#define TAIL_SHIFT 4

static u8 registers[8 * PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
static u64 queue[VTD_QUEUE_ENTRIES][2];
static u64 now, shown, kept;
static u32 head;
static bool works;
static jmp_buf panicked;

u64 tsc_hz = 1000;
struct acpi_facts acpi_facts;
struct dmar dmar;

static u64 *wide(u64 at)
{
	return (u64 *)(registers + at);
}

static u32 *narrow(u64 at)
{
	return (u32 *)(registers + at);
}

/* The unit's part. */
u64 rdtsc(void)
{
	*narrow(VTD_STATUS) = *narrow(VTD_COMMAND);
	for (; works && head != *wide(VTD_QUEUE_TAIL) >> TAIL_SHIFT;
	     head = (head + 1) % VTD_QUEUE_ENTRIES)
		if ((queue[head][0] & 15) == WAIT)
			*(u32 *)(queue[head][1] + KERNEL_BASE) = (u32)(queue[head][0] >> 32);
	return ++now;
}

void *paging_map_device(u64 phys, size_t bytes)
{
	CHECK(phys == UNIT);
	shown = bytes;
	return registers;
}

void acpi_keep(u64 phys, u64 bytes)
{
	CHECK(phys == UNIT);
	kept = bytes;
}

u32 apic_id(void)
{
	return 0;
}

u32 dmar_ioapic_source(u8 number)
{
	return number;
}

_Noreturn void panic(const char *format, ...)
{
	(void)format;
	longjmp(panicked, 1);
}

static void start(u64 records_at, u64 records)
{
	memset(registers, 0, sizeof(registers));
	*narrow(0) = 0x10;
	*wide(VTD_CAPABILITIES) = DOMAINS_256 | WIDTHS | RECORDS_AT(records_at) | RECORDS(records);
	*wide(VTD_EXTENDED) = QUEUE_AND_COHERENT;
	dmar = (struct dmar){.unit = {UNIT}, .unit_count = 1, .is_whole = true};
	vtd_unit_count = 0;
	head = 0;
	shown = kept = 0;
	works = true;
	CHECK(!vtd_find_units() && vtd_unit_count == 1);
	vtd_queue_start(&vtd_units[0], queue, 0);
	CHECK(*narrow(VTD_FAULT_STATUS) == VTD_FAULTS_QUEUE); /* cleared, whatever firmware left */
	*narrow(VTD_FAULT_STATUS) = 0;
}

static bool panics(void)
{
	if (setjmp(panicked))
		return true;
	vtd_forget_domain(1);
	return false;
}

static void test_boot_ends_in_a_storm(void)
{
	start(0x220, 1);
	*wide(0x228) = FAULT;
	*narrow(VTD_FAULT_STATUS) = VTD_FAULTS_RECORDED;
	alarm(10);
	vtd_faults_start(&vtd_units[0]);
	alarm(0);
	CHECK(*narrow(VTD_FAULT_CONTROL) == 0);
}

static void test_far_records_are_shown_and_kept(void)
{
	start(0x220, 1);
	CHECK(shown == PAGE_SIZE && kept == 0);
	start(0xff0, 1);
	CHECK(shown == PAGE_SIZE && kept == 0);
	start(0xff0, 2);
	CHECK(shown == PAGE_SIZE + 16 && kept == PAGE_SIZE + 16);
	start(0x3ff0, 256);
	CHECK(shown == 0x4ff0 && kept == shown);
}

static void test_the_queue_goes_on_after_a_devices_answer(void)
{
	start(0x220, 1);
	CHECK(!panics());
	*narrow(VTD_FAULT_STATUS) = VTD_FAULTS_ANSWER;
	CHECK(!panics());
	*narrow(VTD_FAULT_STATUS) = VTD_FAULTS_QUEUE;
	CHECK(panics());
	*narrow(VTD_FAULT_STATUS) = 0;
	works = false;
	CHECK(panics());
}

/* It takes a report of its own, so that a device's answers are limited as its faults are. */
static void test_an_answer_is_taken_before_a_fault(void)
{
	struct vtd_fault f;
	bool lost;

	start(0x220, 1);
	CHECK(!vtd_fault_take(&f, &lost));
	*wide(0x228) = FAULT | 5ul << 32 | 0x10;
	*narrow(VTD_FAULT_STATUS) = VTD_FAULTS_ANSWER | VTD_FAULTS_RECORDED;
	CHECK(vtd_fault_take(&f, &lost) && f.reason == VTD_FAULT_ANSWER && !lost);
	CHECK(*narrow(VTD_FAULT_STATUS) == VTD_FAULTS_ANSWER); /* written, and nothing else */
	*narrow(VTD_FAULT_STATUS) = VTD_FAULTS_RECORDED | VTD_FAULTS_LOST;
	CHECK(vtd_fault_take(&f, &lost) && f.reason == VTD_FAULT_NO_WRITE && lost);
	CHECK(f.requester == 0x10 && f.writes);
}

int main(void)
{
	test_far_records_are_shown_and_kept();
	test_the_queue_goes_on_after_a_devices_answer();
	test_an_answer_is_taken_before_a_fault();
	test_boot_ends_in_a_storm();
	puts("vtd: all right");
	return 0;
}
