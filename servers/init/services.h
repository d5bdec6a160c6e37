/* The services of system.conf: init's record of each, and the supervisor's loop that serves them. */
#pragma once
#include "lib/conf/conf.h"
#include "lib/supervise/supervisor.h"

/* Process ids: init is 1, service i of system.conf is i + 2. An id is also the badge of a service's
 * requests to the servers that it uses; servers mint badges of their own above 255. */
#define ID_INIT 1
#define ID_SERVICE CONF_FIRST_ID

/* Its server.endpoint is the one at which init receives. */
extern struct supervisor supervisor;

/* The index of a service, in system.conf and in supervisor.services. */
u32 service_index(const struct service *s);

/* Makes the objects that outlive instances, for all services of the configuration, without their grants (grants.h), which name
 * Endpoints of other services. On failure it logs the reason and returns false. */
bool services_prepare(const struct conf *conf);
