#include "servers/proc/memory.h"
#include "gen/protocols/process_protocol.h"
#include "servers/proc/regions.h"

/* False: an unknown bit, or to be written and executed at once, which no page may be. Writable memory can be read. */
static bool rights_of(u32 protection, u32 *rights)
{
	*rights = protection ? RIGHT_READ : 0;
	if (protection & PROCESS_PROT_WRITE)
		*rights |= RIGHT_WRITE;
	if (protection & PROCESS_PROT_EXEC)
		*rights |= RIGHT_EXEC;
	return !(protection & ~PROCESS_PROT_ALL) &&
	       (protection & (PROCESS_PROT_WRITE | PROCESS_PROT_EXEC)) !=
		       (PROCESS_PROT_WRITE | PROCESS_PROT_EXEC);
}

/* Whole pages of a process, which are its own: not its startup page, nor a thread's buffer. */
static bool is_range(u64 address, u64 bytes)
{
	return address % PAGE_SIZE == 0 && bytes && address >= PROCESS_BOTTOM &&
	       address < PROCESS_STACK_TOP && bytes <= PROCESS_STACK_TOP - address;
}

static u64 pages_of(u64 bytes)
{
	return ALIGN_UP(bytes, PAGE_SIZE) / PAGE_SIZE;
}

enum microk_status memory_map(const struct process *p, const struct process_map_args *a,
			      u64 *address)
{
	u32 rights;
	enum microk_status status = OK;

	if (!rights_of(a->protection, &rights))
		return ERR_RIGHTS;
	if (!a->bytes || a->bytes > PROCESS_TOP || (a->flags & ~PROCESS_MAP_FIXED))
		return ERR_RANGE;
	u64 pages = pages_of(a->bytes);
	*address = a->hint;
	if (a->flags & PROCESS_MAP_FIXED) {
		if (!is_range(a->hint, a->bytes))
			return ERR_RANGE;
		status = regions_remove(p, a->hint, pages);
	} else if (!is_range(a->hint, a->bytes) || !regions_are_free(p, a->hint, pages)) {
		*address = regions_place(p, PROCESS_BOTTOM, PROCESS_MAPPINGS, pages);
		if (!*address)
			return ERR_MEMORY;
	}
	return status == OK ? regions_add(p, *address, pages, rights) : status;
}

enum microk_status memory_unmap(const struct process *p, u64 address, u64 bytes)
{
	return is_range(address, bytes) ? regions_remove(p, address, pages_of(bytes)) : ERR_RANGE;
}

enum microk_status memory_protect(const struct process *p, u64 address, u64 bytes, u32 protection)
{
	u32 rights;

	if (!rights_of(protection, &rights))
		return ERR_RIGHTS;
	return is_range(address, bytes) ? regions_protect(p, address, pages_of(bytes), rights)
					: ERR_RANGE;
}
