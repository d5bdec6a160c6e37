/* Stand-in for ipc/device_fault.c: no unit is on. */
#include "ipc/device_fault.h"

bool device_fault_interrupt(void)
{
	return false;
}

void device_fault_poll(void) {}
