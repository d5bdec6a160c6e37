/* Takes instances apart without holding init up. */
#pragma once
#include "lib/supervise/service.h"

/* Begins a thread for each service. On failure it logs the reason and returns false. */
bool reapers_prepare(void);

/* For a service that is closed: lets its thread fail its callers and take its instance apart, which is stopped, if it has one. Then
 * the supervisor's taken_apart is called, and after that the thread revokes the capabilities to the service's Endpoint. */
void reaper_wake(const struct service *s);
