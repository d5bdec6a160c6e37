/* PCI: the capabilities of its owner and of the drivers, and the device of a driver that has ended. */
#pragma once
#include "lib/conf/conf.h"
#include "lib/supervise/service.h"

/* Kept slots of a service with this declaration. */
u32 devices_kept_slots(const struct conf_service *declared);

/* Makes a grant of a line `pci`. */
enum microk_status devices_pci(const struct conf_grant *c, const struct service *s, struct grant *g);

/* Makes the grant of a line `device` for the service `s`, whose device comes from the owner of PCI. */
enum microk_status devices_claim(const struct conf_grant *c, const struct service *s, const struct service *owner, struct grant *g);

/* Takes the bus from all devices of a service: they neither read nor write memory any more. Calls no program. */
void devices_stop(const struct service *s);
