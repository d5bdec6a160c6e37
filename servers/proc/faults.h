/* The faults of processes: pages that are made when they are touched, stacks that grow, and ends. */
#pragma once
#include "lib/microk/server.h"

void faults_serve(struct request *r);
