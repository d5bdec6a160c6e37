/* Serves protocol supervise: what a program reports of itself. */
#pragma once
#include "lib/microk/service.h"

void supervise_serve(struct request *r);
