/* How a client of the disk comes to its ring (lib/driver/ring_client.h), although drivers die. */
#pragma once
#include "gen/protocols/disk_client.h"

/* Attaches the ring of `disk`. A stub gives up after three deaths of the driver. Without the disk there is nothing to
 * serve, so this waits for the next instance. */
static inline enum microk_status disk_attached(cap_t disk, struct disk_geometry_result *geometry)
{
	enum microk_status status;

	do {
		status = disk_geometry(disk, geometry);
		if (status == OK)
			status = disk_attach(disk);
	} while (status == ERR_PEER_DIED);
	return status;
}
