/* Stand-in for cap/range.c: capabilities cannot be derived yet. */
#include "cap/range.h"

status_t range_narrow_decode(struct invocation *inv)
{
	(void)inv;
	return ERR_METHOD;
}
