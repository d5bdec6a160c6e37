/* A unit that translates devices' addresses, for tests. */
#pragma once
#include "microk/types.h"

/* From now on there is one, with tables of this many levels. */
void machine_vtd_start(u32 levels);

/* Called when the unit forgets what it remembers of a domain. */
extern void (*machine_vtd_forget)(u32 domain);

/* By its number: whether the unit lets the interrupt's messages pass. */
extern bool machine_passes[];
