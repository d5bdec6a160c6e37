/* Accesses and interrupts that a unit has refused (VT-d specification 7.3, 11.4.14). */
#pragma once
#include "pc/vtd_unit.h"

struct vtd_fault {
	u32 requester;
	u32 reason;  /* 7.1.3 */
	bool writes; /* else it reads */
	u64 address; /* of the page; of an interrupt: its number */
};
#define VTD_FAULT_NO_TABLES 2u
#define VTD_FAULT_NO_WRITE 5u
#define VTD_FAULT_NO_READ 6u
#define VTD_FAULT_INTERRUPT 0x20u /* this and those above, up to the next */
#define VTD_FAULT_INTERRUPT_END 0x30u
#define VTD_FAULT_ANSWER 0x100u /* not recorded: a device answered a request that was not made; nothing else is known */

/* From now on the unit sends VECTOR_DEVICE_FAULT when a fault comes while none is recorded. */
void vtd_faults_start(const struct vtd_unit *u);

/* Takes one recorded fault. False: there is none. *lost: others came since the last one was taken, and are not recorded. */
bool vtd_fault_take(struct vtd_fault *f, bool *lost);
