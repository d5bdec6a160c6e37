/*
 * The local APIC and its one-shot timer, TSC-deadline where the processor has it. Linux keeps a
 * clock-source framework; seL4 programs one deadline at a time, as here: no deadline, no tick.
 */
#include "x86/apic.h"
#include "lib/print.h"
#include "x86/paging.h"
#include "x86/pit.h"
#include "x86/x86.h"

#define MSR_APIC_BASE 0x1b /* SDM vol. 3, 11.4.4 */
#define APIC_BASE_ENABLE (1ul << 11)
#define APIC_BASE_X2APIC (1ul << 10)
#define MSR_TSC_DEADLINE 0x6e0

#define REG_ID 0x20 /* SDM vol. 3, table 11-1 */
#define REG_TPR 0x80
#define REG_EOI 0xb0
#define REG_SPURIOUS 0xf0
#define REG_IRR 0x200 /* 8 registers, 16 bytes apart */
#define REG_LVT_TIMER 0x320
#define REG_LVT_THERMAL 0x330
#define REG_LVT_PERF 0x340
#define REG_LVT_LINT0 0x350
#define REG_LVT_LINT1 0x360
#define REG_LVT_ERROR 0x370
#define REG_TIMER_INITIAL 0x380
#define REG_TIMER_CURRENT 0x390
#define REG_TIMER_DIVIDE 0x3e0

#define SPURIOUS_ENABLE 0x100
#define LVT_MASKED 0x10000
#define TIMER_TSC_DEADLINE 0x40000
#define DIVIDE_BY_16 3
#define RATIO_SHIFT 24
#define CALIBRATE_TICKS (PIT_HZ / 100) /* 10 ms */
#define SAMPLE_TRIES 16

u64 tsc_hz;
static volatile u32 *apic;
static bool has_deadline;
static u64 timer_hz;
static u64 timer_ratio; /* timer ticks per TSC tick, << RATIO_SHIFT */
static u64 delta_max;   /* TSC ticks that the 32-bit timer can count */

static u32 reg_read(u32 reg)
{
	return apic[reg / 4];
}

static void reg_write(u32 reg, u32 value)
{
	apic[reg / 4] = value;
}

/* The 8259s to vectors nobody uses, all inputs masked (8259A datasheet). */
static void pic_silence(void)
{
	outb(0x20, 0x11);
	outb(0xa0, 0x11);
	outb(0x21, 0xf0);
	outb(0xa1, 0xf8);
	outb(0x21, 4);
	outb(0xa1, 2);
	outb(0x21, 1);
	outb(0xa1, 1);
	outb(0x21, 0xff);
	outb(0xa1, 0xff);
}

struct sample {
	u64 tsc;
	u32 timer;
	u16 pit;
};

/* Three clocks at one moment: of several tries the one that took least time, so that a host
 * which stops us for a while does not spoil it. */
static struct sample sample_clocks(void)
{
	struct sample best = {0};
	u64 best_span = ~0ul;

	for (u32 i = 0; i < SAMPLE_TRIES; i++) {
		u64 before = rdtsc();
		u32 timer = reg_read(REG_TIMER_CURRENT);
		u16 pit = pit_read();
		u64 span = rdtsc() - before;

		if (span < best_span) {
			best_span = span;
			best = (struct sample){before + span / 2, timer, pit};
		}
	}
	return best;
}

static void calibrate(void)
{
	struct sample a, b;
	u64 ticks, limit;

	reg_write(REG_TIMER_INITIAL, ~0u);
	pit_start();
	a = sample_clocks();
	limit = rdtsc() + (1ul << 34); /* seconds on any machine: the PIT stands still */
	while ((u16)(a.pit - pit_read()) < CALIBRATE_TICKS)
		if (rdtsc() > limit)
			panic("the interval timer (8254) does not count; the kernel needs it to "
			      "measure time");
	b = sample_clocks();
	reg_write(REG_TIMER_INITIAL, 0);

	ticks = (u16)(a.pit - b.pit);
	tsc_hz = (b.tsc - a.tsc) * PIT_HZ / ticks;
	timer_hz = (u64)(a.timer - b.timer) * PIT_HZ / ticks;
	if (!tsc_hz || !timer_hz)
		panic("the TSC (%lu Hz) or the local APIC's timer (%lu Hz) does not count", tsc_hz,
		      timer_hz);
	timer_ratio = (timer_hz << RATIO_SHIFT) / tsc_hz;
	delta_max = tsc_hz * 16;
	while ((delta_max * timer_ratio) >> RATIO_SHIFT > 0xfffffff0ul ||
	       delta_max > ~0ul / (timer_ratio + 1))
		delta_max /= 2;
}

/* Firmware may leave x2APIC mode on; the way back is through off (11.12.5). */
static u64 enable_base(void)
{
	u64 base = rdmsr(MSR_APIC_BASE);

	if (base & APIC_BASE_X2APIC) {
		base &= ~(APIC_BASE_X2APIC | APIC_BASE_ENABLE);
		wrmsr(MSR_APIC_BASE, base);
	}
	wrmsr(MSR_APIC_BASE, base | APIC_BASE_ENABLE);
	return base & 0x000ffffffffff000ul;
}

void apic_init(void)
{
	static const u32 unused[] = {REG_LVT_THERMAL, REG_LVT_PERF, REG_LVT_LINT0, REG_LVT_LINT1,
				     REG_LVT_ERROR};
	u32 a, b, c, d;

	pic_silence();
	apic = paging_map_device(enable_base(), PAGE_SIZE);
	for (u32 i = 0; i < ARRAY_LEN(unused); i++)
		reg_write(unused[i], LVT_MASKED);
	reg_write(REG_TPR, 0);
	reg_write(REG_SPURIOUS, SPURIOUS_ENABLE | VECTOR_SPURIOUS);
	reg_write(REG_TIMER_DIVIDE, DIVIDE_BY_16);
	reg_write(REG_LVT_TIMER, LVT_MASKED);
	calibrate();

	cpuid(1, 0, &a, &b, &c, &d);
	has_deadline = c & (1u << 24);
	reg_write(REG_LVT_TIMER, VECTOR_TIMER | (has_deadline ? TIMER_TSC_DEADLINE : 0));
	__asm__ volatile("mfence" ::: "memory"); /* before the first deadline: 11.5.4.1 */
	kverbose("apic: TSC %lu.%03lu MHz, timer %s\n", tsc_hz / 1000000, tsc_hz / 1000 % 1000,
		has_deadline ? "by TSC deadline" : "one-shot");
}

void timer_arm(u64 tsc)
{
	u64 now, delta;

	if (has_deadline) {
		wrmsr(MSR_TSC_DEADLINE, tsc ? tsc : 1);
		return;
	}
	now = rdtsc();
	delta = tsc > now ? tsc - now : 0;
	if (delta > delta_max)
		delta = delta_max;
	reg_write(REG_TIMER_INITIAL, (u32)((delta * timer_ratio >> RATIO_SHIFT) + 1));
}

void timer_disarm(void)
{
	if (has_deadline)
		wrmsr(MSR_TSC_DEADLINE, 0);
	else
		reg_write(REG_TIMER_INITIAL, 0);
}

void apic_eoi(void)
{
	reg_write(REG_EOI, 0);
}

bool apic_pending(void)
{
	u32 any = 0;

	for (u32 i = VECTOR_IRQ_BASE / 32; i < 8; i++)
		any |= reg_read(REG_IRR + i * 16);
	return any;
}

u32 apic_id(void)
{
	return reg_read(REG_ID) >> 24;
}
