/* Serves protocol inspect: what may be looked at of the processes that init has started. */
#pragma once
#include "user/lib/service.h"

void inspect_serve(struct request *r);
