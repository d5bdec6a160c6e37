/* Serves protocol proc: what init knows of processes, and what they tell it. */
#pragma once
#include "user/lib/service.h"

void proc_serve(struct request *r);
