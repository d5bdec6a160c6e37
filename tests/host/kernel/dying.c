/* The kernel's list of the dying, which it shows to nobody. */
#include "cap/reap.c"
#include "machine.h"

struct kobject *machine_dying(void)
{
	return dying;
}
