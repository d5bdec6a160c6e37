/*
 * The root table, a context table for each bus, and domains: the numbers by which a unit tags the entries that it remembers.
 *
 * All context tables are made at boot: 1 MiB, on machines with a unit only. seL4 does the same; Linux and NOVA allocate a
 * bus's table when a device there is used, which this kernel cannot do. Each requester that has tables has a domain of its own,
 * so the tables that one driver fills are never reached by another's device.
 *
 * Invariant: a requester's context entry is present if and only if its domain is used and names the requester.
 */
#include "pc/vtd_context.h"
#include "pc/vtd_queue.h"
#include "x86/layout.h"

#define ENTRIES 256
#define PRESENT 1ul
#define ADDRESS (~(PAGE_SIZE - 1))
#define WIDTH_OF_2_LEVELS 2 /* AW (9.3): levels less this */
#define DOMAIN_SHIFT 8
#define FIRST_DOMAIN 1 /* 0 tags absent entries (6.2.2.1) */

static u64 (*contexts)[2]; /* by requester */

static struct {
	u64 binding;
	bool is_used;
} domains[VTD_DOMAINS];
static u64 bindings;

u64 vtd_context_start(void *memory, u64 phys)
{
	u64(*root)[2] = memory;

	contexts = (void *)((u8 *)memory + PAGE_SIZE);
	for (u64 bus = 0; bus < VTD_BUSES; bus++)
		root[bus][0] = (phys + (bus + 1) * PAGE_SIZE) | PRESENT;
	vtd_wrote(memory, (VTD_BUSES + 1) * PAGE_SIZE);
	return phys;
}

bool vtd_context_find(u32 requester, struct vtd_context *c)
{
	if (!vtd_unit_count || !(contexts[requester][0] & PRESENT))
		return false;
	c->table = contexts[requester][0] & ADDRESS;
	c->domain = (u32)(contexts[requester][1] >> DOMAIN_SHIFT);
	c->binding = domains[c->domain].binding;
	return true;
}

static u32 free_domain(void)
{
	for (u32 i = FIRST_DOMAIN; i < vtd_common.domains; i++)
		if (!domains[i].is_used)
			return i;
	return 0;
}

status_t vtd_context_set(u32 requester, u64 table, u64 *binding)
{
	u64 *entry = contexts[requester];
	u32 domain = free_domain();

	if (entry[0] & PRESENT)
		return ERR_OCCUPIED;
	if (!domain)
		return ERR_LIMIT;
	domains[domain].is_used = true;
	*binding = domains[domain].binding = ++bindings;
	entry[1] = (vtd_common.levels - WIDTH_OF_2_LEVELS) | (u64)domain << DOMAIN_SHIFT;
	vtd_wrote(entry, sizeof(contexts[0]));
	entry[0] = table | PRESENT;
	vtd_wrote(entry, sizeof(contexts[0]));
	if (vtd_common.caches_absent)
		vtd_forget_requester(requester, 0);
	return OK;
}

void vtd_context_clear(u32 requester)
{
	u64 *entry = contexts[requester];
	u32 domain = (u32)(entry[1] >> DOMAIN_SHIFT);

	entry[0] = 0;
	vtd_wrote(entry, sizeof(contexts[0]));
	vtd_forget_requester(requester, domain);
	entry[1] = 0;
	domains[domain].is_used = false;
}
