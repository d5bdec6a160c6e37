/* Starts and ends the program of a service. */
#pragma once
#include "servers/init/unit.h"

/* Loads the program from the boot archive and starts it. On failure it logs the reason, leaves
 * nothing behind, and returns false. */
bool instance_start(struct unit *s);

/* Ends the instance: revokes its memory and strips the service's CNode. */
void instance_end(struct unit *s);
