/* Takes instances apart without holding init up. */
#pragma once
#include "lib/supervise/service.h"

/* Begins a thread for each service. On failure it logs the reason and returns false. */
bool reapers_prepare(void);

/* Lets the service's thread turn its callers away and take its instance apart, which is stopped. Then the supervisor's
 * taken_apart is called. */
void reaper_wake(const struct service *s);
