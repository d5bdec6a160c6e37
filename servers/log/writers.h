/* The services that add lines. The badge names each: it is the process id that init gave it. */
#pragma once
#include "lib/microk/ipc.h"

/* Adds text; the part after its last newline is kept until the line is complete. `now`: tick of the TSC. ERR_ARG: the badge
 * is not a service's; ERR_NO_SPACE: the service has added too much lately, and none of this text was added. */
enum microk_status writers_add(u64 badge, const char *text, size_t bytes, u64 now, u64 hz);

/* The service is gone: adds the line that it had begun, as it is, and the report of refused writes. */
void writers_closed(u64 badge);
