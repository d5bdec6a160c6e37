/*
 * Entropy at boot. Linux gathers it for as long as it runs and OpenBSD's boot loader reads a seed from disk; the kernel
 * needs one key, once. RDRAND supplies it if it works. Otherwise the key is made from the time that the interval timer,
 * which has a clock of its own, takes to answer: some bits for each read on a real machine, few in an emulator, none at all
 * under QEMU's instruction clock, where a run must repeat exactly.
 *
 * On some of AMD's processors RDRAND always returns all ones and reports them as valid (after suspending; Ryzen 3000 from
 * the start), and on some RDSEED returns zeros in the same way (CVE-2025-62626). Linux draws a few numbers and drops the
 * generator if none of them differs. Here all of SAMPLES numbers must be different, and none may be all zeros or all ones: a
 * generator that works fails that once in 2^58 boots, and one that only alternates passes Linux' test.
 *
 * The clocks' jitter is mixed in even when RDRAND works: if a generator fails in an unforeseen way, the key is no worse than
 * on a processor without one.
 */
#include "pc/entropy.h"
#include "lib/print.h"
#include "x86/rdrand.h"
#include "x86/x86.h"

#define SAMPLES 8
#define READS 256
#define TIMER_COUNTER 0x40

/* One step of splitmix64 (Steele and others, 2014): each bit of the result depends on all bits of the state. */
static u64 stir(u64 state)
{
	state += 0x9e3779b97f4a7c15;
	state = (state ^ state >> 30) * 0xbf58476d1ce4e5b9;
	state = (state ^ state >> 27) * 0x94d049bb133111eb;
	return state ^ state >> 31;
}

static bool differ(const u64 *samples, u32 count)
{
	for (u32 i = 0; i < count; i++) {
		if (samples[i] == 0 || samples[i] == ~0ul)
			return false;
		for (u32 k = 0; k < i; k++)
			if (samples[i] == samples[k])
				return false;
	}
	return true;
}

/* Mixes the generator's numbers into *state, if they can be trusted. */
static void take_processors(u64 *state)
{
	u64 samples[SAMPLES];

	if (!rdrand_exists())
		return;
	for (u32 i = 0; i < SAMPLES; i++)
		if (!rdrand(&samples[i]))
			return;
	if (!differ(samples, SAMPLES)) {
		kprintf("entropy: RDRAND is broken (it answers 0x%lx, 0x%lx) and is not used\n",
			samples[0], samples[1]);
		return;
	}
	for (u32 i = 0; i < SAMPLES; i++)
		*state = stir(*state ^ samples[i]);
}

static void take_jitter(u64 *state)
{
	for (u32 i = 0; i < READS; i++)
		*state = stir(*state ^ inb(TIMER_COUNTER) ^ rdtsc());
}

u64 entropy(void)
{
	static u64 state;

	state = stir(state ^ rdtsc());
	take_jitter(&state);
	take_processors(&state);
	return stir(state);
}
