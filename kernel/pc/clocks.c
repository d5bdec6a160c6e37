/*
 * Three clocks that count by themselves are read, rather than one that signals an end of time: a reading between two
 * readings of the TSC bounds its own error, and a host that stops the machine in between does not stop these clocks. Of the
 * 8254 it is channel 0: channel 2 needs port 0x61, which some machines lack.
 */
#include "pc/clocks.h"
#include "pc/acpi.h"
#include "pc/paging.h"
#include "x86/layout.h"
#include "x86/x86.h"

#define PIT_HZ 1193182 /* Intel 8254 datasheet, and every PC since the first */
#define PIT_CHANNEL0 0x40
#define PIT_COMMAND 0x43
/* Channel 0, low then high byte, mode 2: down from 65536, over and over. */
#define PIT_RATE_GENERATOR 0x34
#define PIT_SILENT 0x30 /* channel 0, mode 0, and no count given: it waits */
#define PIT_LATCH 0x00
#define PIT_MASK 0xfffful

#define PM_TIMER_HZ 3579545 /* ACPI 6.5, 4.8.3.3 */
#define PM_TIMER_MASK 0xfffffful
#define PM_TIMER_MASK_WIDE 0xfffffffful

#define HPET_CUSTOMARY 0xfed00000ul /* IA-PC HPET specification 1.0a, 2.3 */
#define HPET_PERIOD 0x4             /* femtoseconds a tick */
#define HPET_CONFIG 0x10
#define HPET_COUNTER 0xf0
#define HPET_ENABLE 1
#define HPET_PERIOD_MAX 100000000u
/* 10 GHz: none is as fast. A missing HPET reads as 0 or all ones. */
#define HPET_PERIOD_MIN 100000u
#define FEMTOSECONDS 1000000000000000ul
#define HPET_MASK 0xfffffffful /* some count no further */

#define LEAF_CRYSTAL 0x15 /* SDM vol. 2, CPUID */
#define LEAF_FREQUENCY 0x16
#define LEAF_HYPERVISOR 0x40000000
/* In ebx and eax kHz, as VMware defined it; QEMU and others follow. */
#define LEAF_TIMING 0x40000010
#define CPUID1_C_HYPERVISOR (1u << 31)

static volatile u32 *hpet;

static u64 read_hpet(void)
{
	return hpet[HPET_COUNTER / 4];
}

static u64 read_pm_timer(void)
{
	return inl(acpi_facts.pm_timer_port);
}

static u64 read_pit(void)
{
	outb(PIT_COMMAND, PIT_LATCH);
	u32 low = inb(PIT_CHANNEL0), high = inb(PIT_CHANNEL0);

	return ~(u64)(high << 8 | low);
}

struct clock clocks[CLOCKS] = {
	[CLOCK_HPET] = {"HPET", 0, HPET_MASK, read_hpet},
	[CLOCK_PM_TIMER] = {"ACPI timer", 0, PM_TIMER_MASK, read_pm_timer},
	[CLOCK_PIT] = {"8254", PIT_HZ, PIT_MASK, read_pit},
};

/* Without ACPI, looks for the HPET at the address that chipsets use. */
static void start_hpet(void)
{
	u64 phys = acpi_facts.found ? acpi_facts.hpet_phys : HPET_CUSTOMARY;

	/* An address from a damaged table is ignored: a read beyond what the processor can address would fault. */
	if (!phys || phys >= PHYS_MAP_BYTES || phys % sizeof(u64))
		return;
	hpet = paging_map_device(phys, HPET_BYTES);
	u32 period = hpet[HPET_PERIOD / 4];

	if (period < HPET_PERIOD_MIN || period > HPET_PERIOD_MAX)
		return;
	hpet[HPET_CONFIG / 4] |= HPET_ENABLE;
	clocks[CLOCK_HPET].hz = FEMTOSECONDS / period;
}

void clocks_start(void)
{
	start_hpet();
	if (acpi_facts.pm_timer_port)
		clocks[CLOCK_PM_TIMER].hz = PM_TIMER_HZ;
	if (acpi_facts.pm_timer_wide)
		clocks[CLOCK_PM_TIMER].mask = PM_TIMER_MASK_WIDE;
	outb(PIT_COMMAND, PIT_RATE_GENERATOR);
	outb(PIT_CHANNEL0, 0);
	outb(PIT_CHANNEL0, 0);
}

void clocks_stop(void)
{
	outb(PIT_COMMAND, PIT_SILENT);
}

static u64 stated_by_hypervisor(void)
{
	u32 khz, highest, b, c, d;

	cpuid(1, 0, &highest, &b, &c, &d);
	if (!(c & CPUID1_C_HYPERVISOR))
		return 0;
	cpuid(LEAF_HYPERVISOR, 0, &highest, &b, &c, &d);
	if (highest < LEAF_TIMING || highest > LEAF_HYPERVISOR + 0xffff)
		return 0;
	cpuid(LEAF_TIMING, 0, &khz, &b, &c, &d);
	return khz * 1000ul;
}

static u32 highest_leaf(void)
{
	u32 highest, b, c, d;

	cpuid(0, 0, &highest, &b, &c, &d);
	return highest;
}

u64 clock_stated(const char **by)
{
	u32 denominator, numerator, crystal_hz, d;
	u64 hz = stated_by_hypervisor();

	*by = "the hypervisor";
	if (hz || highest_leaf() < LEAF_CRYSTAL)
		return hz;
	cpuid(LEAF_CRYSTAL, 0, &denominator, &numerator, &crystal_hz, &d);
	*by = "the processor";
	return denominator ? (u64)crystal_hz * numerator / denominator : 0;
}

u64 clock_nominal(void)
{
	u32 mhz = 0, b, c, d;

	if (highest_leaf() >= LEAF_FREQUENCY)
		cpuid(LEAF_FREQUENCY, 0, &mhz, &b, &c, &d);
	return (mhz & 0xffff) * 1000000ul;
}
