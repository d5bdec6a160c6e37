/* Who runs: starts services in their order, hears of their ends, and ends the whole. */
#pragma once
#include "lib/conf/conf.h"

/* Prepares and starts the services of the configuration, then serves init's endpoint for ever. */
_Noreturn void manager_run(const struct conf *conf);

/* The reports of a process about itself (supervise.c). */
void manager_ready(u32 id);
void manager_exit(u32 id, u32 code);
