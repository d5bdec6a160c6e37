/* RDRAND (SDM vol. 1, 7.3.17). entropy.c checks its values: host tests run that file. */
#include "x86/rdrand.h"
#include "x86/x86.h"

#define CPUID1_C_RDRAND (1u << 30) /* SDM vol. 2, CPUID, leaf 1 */
#define TRIES 10                   /* as SDM vol. 1, 7.3.17.1 recommends */

bool rdrand_exists(void)
{
	u32 a, b, c, d;

	cpuid(1, 0, &a, &b, &c, &d);
	return (c & CPUID1_C_RDRAND) != 0;
}

bool rdrand(u64 *value)
{
	bool valid;

	for (u32 i = 0; i < TRIES; i++) {
		__asm__ volatile("rdrand %0" : "=r"(*value), "=@ccc"(valid));
		if (valid)
			return true;
	}
	return false;
}
