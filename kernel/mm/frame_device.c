/* Frames are mapped for devices: in the tables of a requester, or, where no unit translates, in none. */
#include "mm/frame.h"
#include "mm/frame_steps.h"
#include "mm/wx.h"
#include "x86/layout.h"
#include "x86/pte.h"

/* Whether the part that is mapped is one of this very mapping, whose first page has these flags, or is not there. */
static bool is_device_part(const struct slot *s, const struct frame_place *p, u64 address,
			   u64 flags)
{
	u64 first = frame_flags_of_first(s, p);

	return !frame_is_going(s) && s->space == p->io.ref && frame_address(s) == address &&
	       (!first || first == flags);
}

status_t frame_map_for_device(struct slot *s, const struct io_space *io, u64 address, u64 rights)
{
	const struct frame_place p = {.io = *io};
	u64 flags = PTE_PRESENT | (rights & RIGHT_WRITE ? PTE_WRITE : 0);
	u32 pages = frame_pages_of_step(address, s->pages);
	u64 *entries = frame_entries(&p, address);

	if (frame_is_part(s) && is_device_part(s, &p, address, flags))
		return frame_map_part(s, &p, frame_flags_of_first(s, &p));
	if (s->space)
		return ERR_STATE;
	if (!wx_allows(s, io->ref, rights))
		return ERR_RIGHTS;
	if (!frame_entries(&p, address + (s->pages - 1) * PAGE_SIZE))
		return ERR_TABLE;
	status_t status = frame_map_step(entries, s->phys, pages, flags);
	if (status != OK)
		return status;
	io_added(io, entries, pages);
	s->space = io->ref;
	s->address = address;
	wx_note(s, io->ref, rights);
	return frame_map_after_first(s, &p, flags);
}

status_t frame_remember_device(struct slot *s, u64 ref, u64 address)
{
	if (s->space)
		return ERR_STATE;
	s->space = ref;
	s->address = address;
	return OK;
}
