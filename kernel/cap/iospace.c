/*
 * IoSpace capabilities: the memory that PCI functions reach, a range of requester ids (bus << 8 | device << 3 | function).
 *
 * The root task's stands for all requesters. A driver gets one that was narrowed to its device's requester, and with that
 * decides what the device reaches: it puts PageTables of its own into place (TABLE_MAP) and maps Frames of its own
 * (IOSPACE_MAP). seL4's IOSpace is minted with a domain and a requester as its badge; Zircon's initiator (zx_bti_create)
 * is made with the requester, and the kernel chooses device addresses.
 *
 * Where no unit translates, IOSPACE_MAP needs no tables and returns the physical address, so a driver is written once.
 */
#include "cap/range.h"
#include "gen/kernel/methods.h"
#include "mm/frame.h"
#include "mm/io_space.h"
#include "pc/apic.h"
#include "sched/lookup.h"

static status_t narrow_decode(struct invocation *inv)
{
	const struct iospace_narrow args = iospace_narrow_args(inv);

	return range_narrow_decode(inv, args.first, args.count, args.cnode, args.index);
}

static status_t check_address(u64 address, u64 bytes)
{
	if (address & (PAGE_SIZE - 1))
		return ERR_ALIGN;
	if (address >= io_end() || bytes > io_end() - address)
		return ERR_RANGE;
	/* No table translates these (VT-d specification 3.14). */
	if (address < MESSAGES_END && address + bytes > MESSAGES_START)
		return ERR_RANGE;
	return OK;
}

static status_t map(struct slot *frame, u64 requester, u64 rights, u64 *address)
{
	struct io_space io;

	if (!io_translates()) {
		*address = frame->phys;
		return frame_remember_device(frame, io_ref_untranslated(requester), *address);
	}
	status_t status = check_address(*address, frame->pages * PAGE_SIZE);
	if (status != OK)
		return status;
	if (!io_space_of(requester, &io))
		return ERR_TABLE;
	return frame_map_for_device(frame, &io, *address, rights);
}

static status_t map_decode(struct invocation *inv)
{
	const struct iospace_map args = iospace_map_args(inv);
	struct slot *frame = cap_lookup(inv->caller, args.frame);
	u64 address = args.address;
	status_t status = slot_check(frame, CAP_FRAME, RIGHT_READ);

	if (status != OK)
		return status;
	if (inv->slot->count != 1)
		return ERR_RANGE;
	if (frame->flags & SLOT_DEVICE)
		return ERR_TYPE;
	if (!(args.rights & RIGHT_READ) || (args.rights & ~(u64)(RIGHT_READ | RIGHT_WRITE)) ||
	    (args.rights & ~(u64)frame->rights))
		return ERR_RIGHTS;
	status = map(frame, inv->slot->number, args.rights, &address);
	if (status != OK)
		return status;
	return iospace_map_answer(inv, (struct iospace_map_result){.device_address = address});
}

status_t iospace_decode(struct invocation *inv)
{
	if (inv->label != IOSPACE_NARROW && inv->label != IOSPACE_MAP)
		return ERR_METHOD;
	if (!invocation_may(inv, RIGHT_WRITE))
		return ERR_RIGHTS;
	return inv->label == IOSPACE_NARROW ? narrow_decode(inv) : map_decode(inv);
}
