/* Serves protocol inspect: the state of the processes that init has started. */
#pragma once
#include "lib/microk/server.h"

void inspect_serve(struct request *r);
