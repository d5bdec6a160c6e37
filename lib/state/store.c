/* The one place where an area is written. x86 keeps the order of stores (Intel SDM vol. 3, 8.2.2); volatile keeps the
 * compiler's order, and the compiler cannot join two stores because this function is in a file of its own. */
#include "lib/state/state.h"

void state_store(u64 *at, u64 value)
{
	*(volatile u64 *)at = value;
}
