/* Decides: starts services in their order, and ends the system when its programs have ended. */
#pragma once
#include "lib/conf/conf.h"

/* Prepares and starts the services of the configuration, then serves init's Endpoint for ever. */
_Noreturn void manager_run(const struct conf *conf);
