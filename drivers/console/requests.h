/* The handlers of the console's two protocols, file and tty. */
#pragma once
#include "lib/microk/server.h"

void requests_dispatch(struct request *r);
