/* Serves protocol inspect: the state of the processes that init has started. */
#pragma once
#include "lib/microk/service.h"

void inspect_serve(struct request *r);
