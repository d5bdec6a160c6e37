/* Frame capabilities: their methods. Each is a file of its own, and checks and acts there. */
#include "cap/narrow.h"
#include "gen/kernel/methods.h"
#include "mm/clear.h"
#include "mm/copy.h"
#include "mm/frame.h"

static status_t info_decode(struct invocation *inv)
{
	const struct slot *s = inv->slot;
	const struct frame_info_result result = {
		/* Where memory lies is of use to devices only (cap/iospace.c). */
		.physical_address = s->flags & SLOT_DEVICE ? s->phys : 0,
		.pages = s->pages,
		.mapped_address = frame_address(s),
		.fits_a_large_page = frame_is_large(s, 0),
		.mapped_pages = frame_mapped_pages(s),
	};

	return frame_info_answer(inv, result);
}

status_t frame_decode(struct invocation *inv)
{
	/* A Frame that is only copied into or cleared need not be readable. */
	bool writes = inv->label == FRAME_COPY || inv->label == FRAME_CLEAR;

	if (inv->label < FRAME_MAP || inv->label > FRAME_NARROW)
		return ERR_METHOD;
	if (!invocation_may(inv, writes ? RIGHT_WRITE : RIGHT_READ))
		return ERR_RIGHTS;
	switch (inv->label) {
	case FRAME_MAP: return frame_map_method(inv);
	case FRAME_UNMAP: return inv->slot->space ? frame_unmap_steps(inv->slot) : ERR_STATE;
	case FRAME_INFO: return info_decode(inv);
	case FRAME_COPY: return frame_copy_method(inv);
	case FRAME_CLEAR: return frame_clear_method(inv);
	default: return frame_narrow_method(inv);
	}
}
