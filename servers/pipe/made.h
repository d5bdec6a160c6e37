/* The table of requests whose descriptions may be asked for again (make.h). */
#pragma once
#include "servers/pipe/ends.h"

/* The entry of that very request; NULL: it was not served, or its answer has arrived. */
const struct made *made_find(const struct asker *who);

/* The entry of the request that made the description, if it may be asked for again; else NULL. */
const struct made *made_of(const struct end *e);

/* The entry with the capability in `slot`; NULL if there is none. */
const struct made *made_with(cap_t slot);

/* It is not asked for any more. */
void made_forget(const struct made *m);
