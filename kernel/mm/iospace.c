/*
 * IoSpace: a device's view of memory.
 *
 * A driver programs its device with the place of a frame, so it must know the address by which the device reaches it; no other
 * program has a use for it. seL4 gives the physical address of any frame to its holder; Fuchsia's zx_bti_pin asks for a "bus
 * transaction initiator" besides. Here likewise: IOSPACE_ADDRESS is a method of an IoSpace capability, which the root task gets from the
 * kernel and hands to bus-mastering drivers. As long as nothing translates, an IoSpace shows all memory and the address is the physical one.
 */
#include "mm/iospace.h"
#include "gen/kernel/methods.h"
#include "sched/lookup.h"

status_t iospace_decode(struct invocation *inv)
{
	if (inv->label != IOSPACE_ADDRESS)
		return ERR_METHOD;
	if (!invocation_may(inv, RIGHT_READ))
		return ERR_RIGHTS;
	const struct slot *frame = cap_lookup(inv->caller, iospace_address_args(inv).frame);
	status_t status = slot_check(frame, CAP_FRAME, RIGHT_READ);
	if (status != OK)
		return status;
	return iospace_address_answer(
		inv, (struct iospace_address_result){.device_address = frame->phys});
}
