/*
 * Calibration on simulated machines: clocks that do not count, a clock with a wrong rate, a host that stops the machine for
 * milliseconds at any moment, slow ports. Time is simulated, so each case repeats exactly.
 */
#include "kernel/pc/calibrate.c" /* included, so that the test can reset its variables */
#include "tests/host/boot/refused.h"
#include "pc/clocks.h"
#include <stdlib.h>
#include <string.h>

#define NS 1000000000ul

static u64 now;      /* true time, in ns */
static u64 tsc_khz;  /* of the simulated processor */
static u64 timer_hz; /* of its local APIC */
static u64 port_ns;  /* how long a clock's reading takes */
static u32
	stop_one_in; /* reads of the TSC or a clock that the host stops the machine at; 0: never */
static u64 stop_ns;  /* for so long at most */
static u64 liar_hz;  /* how fast the 8254 counts in truth */
static u64 stated, nominal;
static u32 disagreements;
static u32 state;

static u32 random_next(void)
{
	state = state * 1664525 + 1013904223;
	return state >> 8;
}

static void pass(u64 ns)
{
	now += ns;
	if (stop_one_in && random_next() % stop_one_in == 0)
		now += random_next() % stop_ns;
}

static u64 ticks(u64 hz)
{
	return (u64)((unsigned __int128)now * hz / NS);
}

u64 rdtsc(void)
{
	pass(10);
	return ticks(tsc_khz * 1000);
}

static u64 read_hpet(void)
{
	pass(port_ns);
	return ticks(100000000);
}

static u64 read_pm_timer(void)
{
	pass(port_ns);
	return ticks(3579545);
}

static u64 read_pit(void)
{
	pass(3 * port_ns);
	return ticks(liar_hz);
}

struct clock clocks[CLOCKS] = {
	{"HPET", 0, 0xffffffff, read_hpet},
	{"ACPI timer", 0, 0xffffff, read_pm_timer},
	{"8254", 1193182, 0xffff, read_pit}};

void clocks_start(void) {}
void clocks_stop(void) {}
u64 clock_stated(const char **by)
{
	*by = "the hypervisor";
	return stated;
}
u64 clock_nominal(void)
{
	return nominal;
}

static u32 read_timer(void)
{
	pass(port_ns);
	return ~(u32)ticks(timer_hz);
}

void kverbose(const char *format, ...)
{
	(void)format;
}

void kprintf(const char *format, ...)
{
	(void)format;
	disagreements++;
}

static void machine(bool hpet, bool pm_timer, bool pit)
{
	clocks[CLOCK_HPET].hz = hpet ? 100000000 : 0;
	clocks[CLOCK_PM_TIMER].hz = pm_timer ? 3579545 : 0;
	liar_hz = pit ? 1193182 : 0;
	tsc_khz = 2400000;
	timer_hz = 62500000;
	port_ns = 1000;
	stop_one_in = 0;
	stated = nominal = 0;
	disagreements = 0;
}

static void calibrate_forget(void)
{
	memset(measured, 0, sizeof(measured));
}

static void expect(const char *name, u32 per_mille)
{
	u64 hz, ratio, true_hz = tsc_khz * 1000;

	calibrate_forget();
	if (setjmp(refused)) {
		printf("%s: refused: %s\n", name, refusal);
		exit(1);
	}
	calibrate(read_timer, &hz, &ratio);
	u64 timer = (u64)((unsigned __int128)hz * ratio >> RATIO_SHIFT);
	u64 off = hz > true_hz ? hz - true_hz : true_hz - hz;
	u64 timer_off = timer > timer_hz ? timer - timer_hz : timer_hz - timer;

	if (off * 1000 > true_hz * per_mille || timer_off * 1000 > timer_hz * per_mille) {
		printf("%s: TSC %lu Hz for %lu, timer %lu Hz for %lu\n", name, hz, true_hz, timer,
		       timer_hz);
		exit(1);
	}
}

static void expect_refusal(const char *name, const char *why)
{
	u64 hz, ratio;

	calibrate_forget();
	if (!setjmp(refused)) {
		calibrate(read_timer, &hz, &ratio);
		printf("%s: not refused, TSC %lu Hz\n", name, hz);
		exit(1);
	}
	if (!strstr(refusal, why)) {
		printf("%s: %s\n", name, refusal);
		exit(1);
	}
}

static void test_which(void)
{
	for (u32 which = 1; which < 8; which++) {
		machine(which & 1, which & 2, which & 4);
		expect("some clocks", 2);
	}
	machine(false, false, false);
	expect_refusal("no clock", "it has no clock of known rate");
	nominal = 2400000000;
	expect("the nominal rate", 2);
	machine(true, true, true);
	timer_hz = 0;
	expect_refusal("no timer", "timer of the local APIC");
}

static void test_liars(void)
{
	machine(true, true, true);
	liar_hz = 100;
	expect("a slow 8254", 2);
	machine(true, true, true);
	liar_hz = 1193182 * 2;
	expect("a fast 8254", 2);
	if (!disagreements) {
		puts("the 8254 was not named");
		exit(1);
	}
	machine(true, false, true);
	stated = 3000000000; /* alone against two */
	expect("a hypervisor that is wrong", 2);
}

/* A host that has two others to serve stops the machine every now and then, for a time slice or a part of one. */
static void test_busy(void)
{
	static const u32 rarely[] = {20000, 2000, 500};

	for (u32 i = 0; i < ARRAY_LEN(rarely); i++)
		for (u32 run = 0; run < 200; run++) {
			machine(run & 1, run & 2, true);
			state = run * 77 + i;
			stop_one_in = rarely[i];
			stop_ns = 40000000;
			expect("a busy host", 10);
		}
}

int main(void)
{
	test_which();
	test_liars();
	test_busy();
	puts("calibrate: ok");
	return 0;
}
