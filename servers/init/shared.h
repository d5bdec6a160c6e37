/* The rings that a client and a driver share. */
#pragma once
#include "lib/conf/conf.h"
#include "lib/supervise/service.h"

/* Makes one of the grants of a line `ring`, for either side. */
enum microk_status shared_ring(const struct conf_grant *c, u32 index, struct grant *g);

/* Pages of all rings' page pools. */
u64 shared_pool_pages(void);
