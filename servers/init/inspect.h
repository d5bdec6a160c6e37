/* Serves protocol inspect: what may be looked at of the processes that init has started. */
#pragma once
#include "lib/microk/service.h"

void inspect_serve(struct request *r);
