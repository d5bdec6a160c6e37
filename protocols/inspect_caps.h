/* All capabilities of a process, one after another. init looks at a few slots for each request, so that a client cannot keep it
 * from others; a client that wants the next capability asks until there is one. */
#pragma once
#include "gen/protocols/inspect_client.h"
#include "microk/cap.h"

/* Sets *c to the process's first capability at or after from->slot, and from->slot to the slot after it. ERR_NOT_FOUND: there is no
 * such process, or no further capability. */
static inline enum microk_status inspect_next_cap(cap_t supervisor, struct inspect_cap_args *from,
						  struct inspect_cap_result *c)
{
	enum microk_status status;

	while ((status = inspect_cap(supervisor, from, c)) == OK) {
		from->slot = c->at + 1;
		if (c->type != CAP_NULL)
			break;
	}
	return status;
}
