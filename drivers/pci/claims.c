#include "drivers/pci/claims.h"
#include "drivers/pci/function.h"
#include "drivers/pci/memory.h"
#include "gen/lib/microk/methods.h"
#include "lib/microk/startup.h"
#include "microk/cap.h"

static struct pci_table *table;

void claims_init(struct pci_table *t)
{
	table = t;
}

struct pci_function *claims_find(u64 badge)
{
	for (u32 i = 0; i < table->count; i++)
		if (table->function[i].owner == badge)
			return &table->function[i];
	return NULL;
}

u32 claims_index(const struct pci_function *f)
{
	return (u32)(f - table->function);
}

static cap_t slot_of(const struct pci_function *f, u32 slot)
{
	return memory_slot(claims_index(f), slot);
}

static bool matches(const struct pci_function *f, u64 badge)
{
	u32 value = PCI_BADGE_VALUE(badge);

	switch (PCI_BADGE_MATCH(badge)) {
	case PCI_MATCH_CLASS: return f->class >> 8 == value;
	case PCI_MATCH_INTERFACE: return f->class == value;
	case PCI_MATCH_ID: return (f->id << 16 | f->id >> 16) == value;
	default: return false;
	}
}

/* ---- Claiming ---- */

static void stop(const struct pci_function *f)
{
	function_master(f, false);
	function_silence(f, claims_index(f));
}

/* The supervisor has taken the bus when the earlier instance ended (servers/init/devices.c). ST_CLOSED would come too late for
 * that, and may come when the next instance uses the device already. An earlier instance may have given its capabilities away. */
static void take_back(const struct pci_function *f)
{
	stop(f);
	for (u32 slot = PCI_SLOT_PARTS; slot < PCI_FUNCTION_SLOTS; slot++)
		cnode_revoke(SLOT_CNODE, slot_of(f, slot));
}

struct pci_function *claims_take(u64 badge)
{
	struct pci_function *f = claims_find(badge);

	for (u32 i = 0; i < table->count && !f; i++)
		if (table->function[i].owner == 0 && table->function[i].header == 0 &&
		    matches(&table->function[i], badge))
			f = &table->function[i];
	if (!f)
		return NULL;
	f->owner =
		badge; /* before the driver can reach anything: the supervisor stops the device by this */
	take_back(f);
	return f;
}

/* ---- Capabilities ---- */

static bool is_made(cap_t slot)
{
	struct cnode_describe_result what;

	return cnode_describe(SLOT_CNODE, slot, &what) == OK && what.type != CAP_NULL;
}

enum microk_status claims_space(const struct pci_function *f, cap_t *slot)
{
	*slot = slot_of(f, PCI_SLOT_SPACE);
	if (is_made(*slot))
		return OK;
	return iospace_narrow(
		grant_find("pci.iospace"),
		&(struct iospace_narrow){
			.first = f->requester, .count = 1, .cnode = SLOT_CNODE, .index = *slot});
}

u32 claims_vectors(const struct pci_function *f)
{
	return MIN((u32)f->vectors, (u32)PCI_VECTORS);
}

/* Numbers are given once, and stay the function's. */
static bool reserve_irqs(struct pci_function *f)
{
	const struct startup_entry *all = grant_entry("pci.irq");
	struct cnode_describe_result range;

	if (f->first_irq)
		return true;
	if (!all || cnode_describe(SLOT_CNODE, all->slot, &range) != OK ||
	    table->irqs_used + claims_vectors(f) > range.size)
		return false;
	u32 first = (u32)all->address + table->irqs_used;
	table->irqs_used += claims_vectors(f); /* an instance that ends here loses some numbers */
	f->first_irq = (u16)first;
	return true;
}

enum microk_status claims_vector(struct pci_function *f, u32 vector, u32 *line, cap_t *slot)
{
	if (vector >= claims_vectors(f))
		return ERR_RANGE;
	if (!reserve_irqs(f))
		return ERR_LIMIT;
	*line = f->first_irq + vector;
	*slot = slot_of(f, PCI_SLOT_IRQS + vector);
	if (is_made(*slot))
		return OK;
	return irq_narrow(grant_find("pci.irq"),
			  &(struct irq_narrow){
				  .first = *line, .count = 1, .cnode = SLOT_CNODE, .index = *slot});
}

/* The first run of pages at or after `from` that a driver may have. False: there is none. */
static bool find_run(const struct pci_function *f, u32 bar, u32 from, u32 pages, u32 *first,
		     u32 *end)
{
	u32 kept_first, kept_end;
	bool moved = true;

	*first = from;
	while (moved) {
		moved = false;
		for (u32 which = 0; which < 2; which++)
			if (function_kept_pages(f, bar, which, &kept_first, &kept_end) &&
			    *first >= kept_first && *first < kept_end) {
				*first = kept_end;
				moved = true;
			}
	}
	*end = pages;
	for (u32 which = 0; which < 2; which++)
		if (function_kept_pages(f, bar, which, &kept_first, &kept_end) &&
		    kept_first > *first && kept_first < *end)
			*end = kept_first;
	return *first < *end;
}

enum microk_status claims_memory(struct pci_function *f, u32 bar, u32 from, struct pci_part *part,
				 cap_t *slot)
{
	u32 pages = bar < PCI_BARS ? memory_bar_pages(claims_index(f), bar) : 0, first, end, i = 0;

	if (!find_run(f, bar, from, pages, &first, &end))
		return ERR_NOT_FOUND;
	*part = (struct pci_part){
		.bar = (u16)bar, .first = (u16)first, .pages = (u16)(end - first)};
	while (i < f->part_count &&
	       (f->part[i].bar != part->bar || f->part[i].first != part->first))
		i++;
	if (i == PCI_PARTS)
		return ERR_LIMIT;
	*slot = slot_of(f, PCI_SLOT_PARTS + i);
	if (i == f->part_count) {
		f->part[i] = *part;
		__atomic_store_n(&f->part_count, i + 1, __ATOMIC_RELEASE);
	}
	if (is_made(*slot))
		return OK;
	return frame_narrow(
		slot_of(f, PCI_SLOT_BARS + bar),
		&(struct frame_narrow){
			.first = first,
			.count = end - first,
			.cnode = SLOT_CNODE,
			.index = *slot,
			.rights = RIGHT_READ | RIGHT_WRITE});
}
