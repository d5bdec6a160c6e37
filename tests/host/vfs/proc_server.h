/* A process server with three processes, for /proc to show. */
#pragma once
#include "microk/types.h"

/* Serves protocols supervise and inspect on `endpoint`. */
void proc_server_run(cap_t endpoint);

/* The number of capabilities of process 3 (the others have two), and of pings so far. */
extern u32 proc_server_caps;
extern u32 proc_server_pings;
/* From slot 8 on the processes have grants instead: see proc_server.c. */
extern bool proc_server_grants;
