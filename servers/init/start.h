/* Starts a service's program from the boot archive. */
#pragma once
#include "servers/init/services.h"

/* On failure it logs the reason, leaves nothing behind, and returns false. `program`: its path in the boot archive. */
bool start_service(struct service *s, const char *program);
