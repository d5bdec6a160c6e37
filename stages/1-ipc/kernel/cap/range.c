/* Stand-in for cap/range.c: capabilities cannot be derived yet. */
#include "cap/range.h"

status_t range_narrow_decode(struct invocation *inv, u64 first, u64 count, u64 cnode, u64 index)
{
	(void)inv, (void)first, (void)count, (void)cnode, (void)index;
	return ERR_METHOD;
}
