/* Starting and ending the program of a service. */
#pragma once
#include "servers/init/unit.h"

/* Loads the program from the boot archive and starts it. False if that failed: it has said
 * why, and nothing is left over. */
bool instance_start(struct unit *s);

/* Ends the instance: one revoke, and the service's CNode is stripped. */
void instance_end(struct unit *s);
