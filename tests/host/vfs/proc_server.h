/* A process server with three processes, for /proc to show. */
#pragma once
#include "microk/types.h"

/* Serves protocol proc on `endpoint`. */
void proc_server_run(cap_t endpoint);

/* Says how many capabilities process 3 has (the others have two), and how many pings came. */
extern u32 proc_server_caps;
extern u32 proc_server_pings;
