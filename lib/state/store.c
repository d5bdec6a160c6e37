/* The one place where an area is written. x86 keeps the order of stores (Intel SDM vol. 3, 8.2.2). Volatile keeps the compiler's
 * order among these, and joins none; the empty assembly keeps it beside all others, as of a page that a word then makes valid,
 * also where the linker puts this function into its callers (-flto). */
#include "lib/state/state.h"

void state_store(u64 *at, u64 value)
{
	__asm__ volatile("" : : : "memory");
	*(volatile u64 *)at = value;
	__asm__ volatile("" : : : "memory");
}
