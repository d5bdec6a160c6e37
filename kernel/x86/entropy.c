/*
 * Entropy at boot. Linux gathers it for as long as it runs and OpenBSD's boot loader reads a seed from disk; the kernel
 * needs one key, once. RDRAND gives it where there is one. Otherwise it is made of how long the interval timer, which
 * has a clock of its own, takes to answer: some bits for each read on a real machine, few in an emulator, none at all under
 * QEMU's instruction clock, where a run must repeat exactly.
 */
#include "x86/entropy.h"
#include "x86/x86.h"

#define CPUID1_C_RDRAND (1u << 30) /* SDM vol. 2, CPUID, leaf 1 */
#define TRIES 10                   /* as SDM vol. 1, 7.3.17.1 recommends */
#define READS 256
#define TIMER_COUNTER 0x40

static bool has_rdrand(void)
{
	u32 a, b, c, d;

	cpuid(1, 0, &a, &b, &c, &d);
	return (c & CPUID1_C_RDRAND) != 0;
}

static bool rdrand(u64 *value)
{
	bool valid;

	for (u32 i = 0; i < TRIES; i++) {
		__asm__ volatile("rdrand %0" : "=r"(*value), "=@ccc"(valid));
		if (valid)
			return true;
	}
	return false;
}

/* One step of splitmix64 (Steele and others, 2014): each bit of the result depends on all of the state's. */
static u64 stir(u64 state)
{
	state += 0x9e3779b97f4a7c15;
	state = (state ^ state >> 30) * 0xbf58476d1ce4e5b9;
	state = (state ^ state >> 27) * 0x94d049bb133111eb;
	return state ^ state >> 31;
}

u64 entropy(void)
{
	static u64 state;
	u64 value = 0;

	state = stir(state ^ rdtsc());
	if (has_rdrand() && rdrand(&value))
		return stir(state ^ value);
	for (u32 i = 0; i < READS; i++)
		state = stir(state ^ inb(TIMER_COUNTER) ^ rdtsc());
	return state;
}
