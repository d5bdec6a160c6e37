/* Serves protocol supervise: the reports of programs about themselves. */
#pragma once
#include "lib/microk/server.h"

void supervise_serve(struct request *r);
