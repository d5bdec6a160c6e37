/* Stand-in for servers/init/shared.c, which comes with the first driver of a disk in stage 3: until then no services share
 * memory. */
#include "servers/init/shared.h"

enum microk_status shared_ring(const struct conf_grant *c, u32 index, struct grant *g)
{
	(void)c;
	(void)index;
	(void)g;
	return ERR_METHOD;
}

u64 shared_pool_pages(void)
{
	return 0;
}
