/* Stand-in for servers/init/devices.c, which comes with the owner of PCI in stage 3: until then no service has a PCI device. */
#include "servers/init/devices.h"

u32 devices_kept_slots(const struct conf_service *declared)
{
	(void)declared;
	return 0;
}

enum microk_status devices_pci(const struct conf_grant *c, const struct service *s, struct grant *g)
{
	(void)c;
	(void)s;
	(void)g;
	return ERR_METHOD;
}

enum microk_status devices_claim(const struct conf_grant *c, const struct service *s,
				 const struct service *owner, struct grant *g)
{
	(void)owner;
	return devices_pci(c, s, g);
}

void devices_stop(const struct service *s)
{
	(void)s;
}
