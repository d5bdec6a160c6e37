/* Page tables. The walk is one loop over levels; a page and a table differ in their bits alone. */
#include "mm/map.h"
#include "microk/cap.h"
#include "x86/layout.h"
#include "x86/pte.h"

#define PTE_PAT 0x080ul        /* in level 1 */
#define PTE_PAT_LARGE 0x1000ul /* in levels 2 and 3 */

static u32 index_of(u64 va, u32 level)
{
	return va >> (PAGE_BITS + 9 * (level - 1)) & 511;
}
static u64 page_bytes(u32 level)
{
	return PAGE_SIZE << 9 * (level - 1);
}

/* EXERCISE 1.2 map-a-page: begin */
u64 *map_entry(u64 *root, u64 va, u32 level)
{
	u64 *table = root;

	for (u32 l = 4; l > level; l--) {
		u64 entry = table[index_of(va, l)];
		if (!(entry & PTE_PRESENT) || (entry & PTE_LARGE))
			return NULL;
		table = phys_to_virt(entry & PTE_ADDRESS);
	}
	return &table[index_of(va, level)];
}

status_t map_flags(u32 rights, u32 attributes, u64 *flags)
{
	if (!(rights & RIGHT_READ) || ((rights & RIGHT_WRITE) && (rights & RIGHT_EXEC)))
		return ERR_RIGHTS;
	if (attributes & ~(MAP_UNCACHED | MAP_WRITE_COMBINING))
		return ERR_ARG;
	*flags = PTE_PRESENT | PTE_USER;
	if (rights & RIGHT_WRITE)
		*flags |= PTE_WRITE;
	if (!(rights & RIGHT_EXEC))
		*flags |= PTE_NX;
	if (attributes & MAP_UNCACHED)
		*flags |= PTE_PCD | PTE_PWT;
	else if (attributes & MAP_WRITE_COMBINING)
		*flags |= PTE_PAT; /* PAT entry 4; see pc/paging.h */
	return OK;
}

status_t map_page(u64 *root, u64 va, u64 pa, u64 flags, u32 level)
{
	if ((va | pa) & (page_bytes(level) - 1))
		return ERR_ALIGN;
	if (va >= USER_TOP || page_bytes(level) > USER_TOP - va)
		return ERR_RANGE;
	u64 *entry = map_entry(root, va, level);
	if (!entry)
		return ERR_TABLE;
	if (*entry & PTE_PRESENT)
		return ERR_OCCUPIED;
	if (level > 1) {
		if (flags & PTE_PAT)
			flags = (flags & ~PTE_PAT) | PTE_PAT_LARGE;
		flags |= PTE_LARGE;
	}
	*entry = pa | flags;
	return OK;
}
/* EXERCISE 1.2 map-a-page: end */

status_t map_table(u64 *root, u64 va, u64 table_pa, u32 level)
{
	if (va >= USER_TOP)
		return ERR_RANGE;
	u64 *entry = map_entry(root, va, level + 1);
	if (!entry)
		return ERR_TABLE;
	if (*entry & PTE_PRESENT)
		return ERR_OCCUPIED;
	/* Rights are decided in the last level; the tables above allow all. */
	*entry = table_pa | PTE_PRESENT | PTE_WRITE | PTE_USER;
	return OK;
}
