/* The services that add lines. The badge names each: it is the process id that init gave it. */
#pragma once
#include "lib/microk/ipc.h"

/* Adds text; what follows its last newline is kept until the line is complete. `now`: tick of the TSC. ERR_ARG: the badge
 * is no service's; ERR_NO_SPACE: the service has added too much lately, and nothing of this was taken. */
enum microk_status writers_add(u64 badge, const char *text, size_t bytes, u64 now, u64 hz);

/* The service is gone: a line that it began is added as it is, and the report of writes that were not taken. */
void writers_closed(u64 badge);
