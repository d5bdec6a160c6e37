/*
 * The local APIC and its one-shot timer. Linux keeps a clock-source framework; seL4 programs one
 * deadline at a time, as here: no deadline, no tick. The TSC-deadline mode of newer processors
 * would save a multiplication; every machine and emulator has the one-shot timer.
 */
#include "pc/apic.h"
#include "lib/print.h"
#include "pc/acpi.h"
#include "pc/calibrate.h"
#include "pc/paging.h"
#include "pc/pic.h"
#include "x86/x86.h"

#define APIC_BASE_ENABLE (1ul << 11)
#define APIC_BASE_ADDRESS 0x000ffffffffff000ul

#define REG_ID 0x20 /* SDM vol. 3, table 11-1 */
#define REG_TPR 0x80
#define REG_EOI 0xb0
#define REG_SPURIOUS 0xf0
#define REG_ISR 0x100 /* 8 registers, 16 bytes apart */
#define REG_IRR 0x200 /* likewise */
#define REG_ICR 0x300
#define REG_LVT_TIMER 0x320
#define REG_LVT_FIRST_UNUSED 0x330 /* thermal, performance, LINT0, LINT1, error */
#define REG_LVT_LAST_UNUSED 0x370
#define REG_LVT_LINT1 0x360 /* where a PC's NMI comes in (MP specification 1.4, 5.1) */
#define REG_TIMER_INITIAL 0x380
#define REG_TIMER_CURRENT 0x390
#define REG_TIMER_DIVIDE 0x3e0

#define SPURIOUS_ENABLE 0x100
#define LVT_MASKED 0x10000
#define LVT_NMI 0x400
#define ICR_SELF 0x40000
#define DIVIDE_BY_16 3
#define DELTA_SECONDS 16 /* the 32 bits of the timer and the 64 of timer_arm suffice for it */

u64 tsc_hz;
static volatile u32 *apic;
static u64 timer_ratio; /* timer ticks per TSC tick, << RATIO_SHIFT */

static u32 reg_read(u32 reg)
{
	return apic[reg / 4];
}

static void reg_write(u32 reg, u32 value)
{
	apic[reg / 4] = value;
}

static u32 timer_count(void)
{
	return reg_read(REG_TIMER_CURRENT);
}

void apic_init(void)
{
	u64 base = rdmsr(MSR_APIC_BASE);

	pic_silence();
	/* Firmware may leave x2APIC mode on; the way back is through off (SDM vol. 3, 11.12.5). Where the firmware has
	 * locked it, machine_require has refused the machine. */
	if (base & APIC_BASE_X2APIC)
		wrmsr(MSR_APIC_BASE, base & ~(APIC_BASE_X2APIC | APIC_BASE_ENABLE));
	wrmsr(MSR_APIC_BASE, (base & ~APIC_BASE_X2APIC) | APIC_BASE_ENABLE);
	apic = paging_map_device(base & APIC_BASE_ADDRESS, PAGE_SIZE);
	acpi_keep(base & APIC_BASE_ADDRESS, PAGE_SIZE);
	for (u32 reg = REG_LVT_FIRST_UNUSED; reg <= REG_LVT_LAST_UNUSED; reg += 16)
		reg_write(reg, LVT_MASKED);
	reg_write(REG_LVT_LINT1, LVT_NMI);
	reg_write(REG_TPR, 0);
	reg_write(REG_SPURIOUS, SPURIOUS_ENABLE | VECTOR_SPURIOUS);
	reg_write(REG_TIMER_DIVIDE, DIVIDE_BY_16);
	reg_write(REG_LVT_TIMER, LVT_MASKED);
	reg_write(REG_TIMER_INITIAL, ~0u);
	calibrate(timer_count, &tsc_hz, &timer_ratio);
	timer_disarm();
	reg_write(REG_LVT_TIMER, VECTOR_TIMER);
	kverbose("apic: TSC %lu.%03lu MHz\n", tsc_hz / 1000000, tsc_hz / 1000 % 1000);
}

void timer_arm(u64 tsc)
{
	u64 now = rdtsc(), delta = tsc > now ? MIN(tsc - now, DELTA_SECONDS * tsc_hz) : 0;

	reg_write(REG_TIMER_INITIAL, (u32)((delta * timer_ratio >> RATIO_SHIFT) + 1));
}

void timer_disarm(void)
{
	reg_write(REG_TIMER_INITIAL, 0);
}

void apic_eoi(void)
{
	reg_write(REG_EOI, 0);
}

bool apic_in_service(u32 vector)
{
	return apic && (reg_read(REG_ISR + vector / 32 * 16) >> vector % 32 & 1);
}

void apic_interrupt_self(u32 vector)
{
	if (apic)
		reg_write(REG_ICR, ICR_SELF | vector);
}

bool apic_pending(void)
{
	u32 any = 0;

#pragma GCC unroll 8
	for (u32 i = VECTOR_IRQ_BASE / 32; i < 8; i++)
		any |= reg_read(REG_IRR + i * 16);
	return any;
}

u32 apic_id(void)
{
	return reg_read(REG_ID) >> 24;
}
