/* The one place that decides which capability a line of system.conf grants. */
#pragma once
#include "lib/conf/conf.h"

/* Makes the grants of all services, whose Endpoints exist (services_prepare). On failure it logs the reason and returns false. */
bool grants_prepare(const struct conf *conf);
