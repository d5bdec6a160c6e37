/* Memory that outlives instances, made of init's own. */
#pragma once
#include "lib/conf/conf.h"
#include "lib/supervise/service.h"

/* Makes the grant of a line `frames`. `index`: of the service. */
enum microk_status frames_grant(const struct conf_grant *c, u32 index, struct grant *g);

/* Makes the memory of a line `pool`, in the last slot of the service's CNode. */
enum microk_status frames_pool(const struct conf_grant *c, const struct service *s);

/* A row of *count frames, all of FRAME_MAX_PAGES but the last. ERR_LIMIT, ERR_MEMORY. */
enum microk_status frames_make(u64 pages, cap_t *first, u32 *count);

/* The next free addresses of a service, at which nothing else is mapped. A run begins where it can be mapped by one entry; a
 * page that is not mapped follows. */
u64 frames_address(u32 index, u64 pages);
