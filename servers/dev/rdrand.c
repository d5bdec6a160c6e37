#include "servers/dev/rdrand.h"

#define CPUID1_C_RDRAND (1u << 30) /* SDM vol. 2, CPUID, leaf 1 */
#define TRIES 10                   /* as SDM vol. 1, 7.3.17.1 recommends */

bool rdrand_exists(void)
{
	u32 a = 1, b, c = 0, d;

	__asm__("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
	return c & CPUID1_C_RDRAND;
}

bool rdrand(u64 *value)
{
	bool valid = false;

	for (u32 i = 0; i < TRIES && !valid; i++)
		__asm__ volatile("rdrand %0" : "=r"(*value), "=@ccc"(valid));
	return valid;
}
