/*
 * IoSpace: a device's view of memory.
 *
 * A driver programs its device with the address of a frame, so it needs the address by which the device reaches the frame.
 * No other program needs it. seL4 gives the physical address of any frame to its holder; Fuchsia's zx_bti_pin asks for a
 * "bus transaction initiator" besides. MicroK does the same: IOSPACE_ADDRESS is a method of an IoSpace capability, which the
 * root task gets from the kernel and grants to bus-mastering drivers. As long as no IOMMU translates addresses, an IoSpace
 * covers all memory and the address is the physical one.
 */
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
