/* Stand-in for servers/init/shared.c, which comes with the first driver of a disk in stage 3: until then no service has memory
 * that outlives its instances. */
#include "servers/init/shared.h"

enum microk_status shared_frames(const struct conf_grant *c, u32 index, struct grant *g)
{
	(void)c;
	(void)index;
	(void)g;
	return ERR_METHOD;
}

enum microk_status shared_ring(const struct conf_grant *c, u32 index, struct grant *g)
{
	return shared_frames(c, index, g);
}
