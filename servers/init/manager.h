/* Starts services in their order, receives reports of their ends, and ends the system. */
#pragma once
#include "lib/conf/conf.h"

/* Prepares and starts the services of the configuration, then serves init's Endpoint for ever. */
_Noreturn void manager_run(const struct conf *conf);

/* The reports of a process about itself (supervise.c). */
void manager_ready(u32 id);
void manager_exit(u32 id, u32 code);
