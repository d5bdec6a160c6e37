/* The end of the last page of all is 2^64, which is 0 in 64 bits. Symptom: every range is checked, but
 * that one page, in the tables that all address spaces share, can be mapped by anybody. */
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
		*flags |= PTE_PAT; /* PAT entry 4; see x86/paging.h */
	return OK;
}

status_t map_page(u64 *root, u64 va, u64 pa, u64 flags, u32 level)
{
	if ((va | pa) & (page_bytes(level) - 1))
		return ERR_ALIGN;
	if (va + page_bytes(level) > USER_TOP)
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
