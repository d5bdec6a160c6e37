/* Stand-ins for a unit that translates devices' addresses. There is none until a test starts one. Contexts are the kernel's own. */
#include "machine_vtd.h"
#include "ipc/log_report.h"
#include "pc/apic.h"
#include "pc/dmar.h"
#include "pc/vtd_context.h"
#include "pc/vtd_faults.h"
#include "pc/vtd_interrupts.h"
#include "pc/vtd_queue.h"
#include <string.h>

struct vtd_unit vtd_units[DMAR_UNITS];
u32 vtd_unit_count;
struct vtd_common vtd_common = {
	.levels = 3, .address_bits = 39, .domains = 256, .is_coherent = true};
void (*machine_vtd_forget)(u32 domain);
bool machine_passes[IRQ_COUNT];

void machine_vtd_start(u32 levels)
{
	static u8 memory[(VTD_BUSES + 1) * PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));

	memset(memory, 0, sizeof(memory));
	vtd_common.levels = levels;
	vtd_common.address_bits = 12 + 9 * levels;
	vtd_unit_count = 1;
	vtd_context_start(memory, 0);
}
void vtd_wrote(const void *at, u64 bytes)
{
	(void)at, (void)bytes;
}
void vtd_forget_domain(u32 domain)
{
	if (machine_vtd_forget)
		machine_vtd_forget(domain);
}
void vtd_forget_requester(u32 requester, u32 domain)
{
	(void)requester;
	vtd_forget_domain(domain);
}
void vtd_interrupt_set(u32 number, u32 vector, u32 requester, bool is_level)
{
	(void)vector, (void)requester, (void)is_level;
	machine_passes[number] = true;
}
void vtd_interrupt_clear(u32 number)
{
	machine_passes[number] = false;
}
void vtd_interrupt_pause(u32 number)
{
	machine_passes[number] = false;
}
void vtd_interrupt_resume(u32 number)
{
	machine_passes[number] = true;
}
u64 vtd_interrupt_message(u32 number)
{
	return number;
}
u32 dmar_ioapic_source(u8 number)
{
	return number;
}
bool vtd_fault_take(struct vtd_fault *f, bool *lost)
{
	return (void)f, (void)lost, false;
}
bool report_allows_device(void)
{
	return false;
}
struct report *report_begin_device(void)
{
	return NULL;
}
