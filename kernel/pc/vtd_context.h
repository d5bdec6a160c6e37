/* Which tables translate the addresses of a requester: a PCI function by its id, bus << 8 | device << 3 | function (VT-d
 * specification 3.4, 9.1, 9.3). A requester without tables reaches nothing. */
#pragma once
#include "lib/status.h"
#include "pc/vtd_unit.h"

#define VTD_REQUESTERS 0x10000u
#define VTD_BUSES 256u

/* A requester's tables. */
struct vtd_context {
	u64 table;   /* the physical address of the top level */
	u64 binding; /* a number that no other has had */
	u32 domain;
};

/* `memory` has VTD_BUSES + 1 zeroed pages at `phys`. Returns the address for VTD_ROOT. */
u64 vtd_context_start(void *memory, u64 phys);

/* False: it has none. */
bool vtd_context_find(u32 requester, struct vtd_context *c);

/* From now on the table translates for the requester; the number of the binding is stored. ERR_OCCUPIED: it has one; ERR_LIMIT:
 * the units distinguish no more domains. */
status_t vtd_context_set(u32 requester, u64 table, u64 *binding);

/* The requester, which has tables, reaches nothing any more; no access by them goes on. */
void vtd_context_clear(u32 requester);
