/* The units remember entries of their tables. Each of these returns when no unit remembers what it names, and every access
 * that was begun with it is over. */
#pragma once
#include "pc/vtd_unit.h"

/* Sets a unit's queue up; `memory` is a zeroed page. */
void vtd_queue_start(struct vtd_unit *u, void *memory, u64 phys);

/* All that a unit remembers. */
void vtd_forget_all(void);

/* A requester's context entry had this domain, and is changed; with all that is remembered of the domain's tables. */
void vtd_forget_requester(u32 requester, u32 domain);

/* The tables of a domain are changed. */
void vtd_forget_domain(u32 domain);

/* An entry of the interrupt table is changed. */
void vtd_forget_interrupt(u32 index);
