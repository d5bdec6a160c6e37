/* The requests of protocol process, and the faults of processes. */
#pragma once
#include "lib/microk/server.h"

/* Serves a request of protocol process, or a fault, and leaves the answer in *r->message. */
void requests_serve(struct request *r);
/* ST_CLOSED came for that badge. Whether it is one of a process's. */
bool requests_closed(u64 badge);
