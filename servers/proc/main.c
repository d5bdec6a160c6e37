/*
 * The server of /proc: the system and its processes as text, in a tree of its own. A client's namespace joins it to
 * the others.
 *
 * Weighed: as a file system of the VFS, which then calls init for a client; the orders of who may call whom would
 * meet in a circle as soon as init's successor reads its files from the VFS.
 */
#include "lib/fileserver/mount.h"
#include "lib/fileserver/serve.h"
#include "lib/fileserver/start.h"
#include "lib/microk/startup.h"
#include "microk/info.h"
#include "servers/proc/processes.h"
#include "servers/proc/procfs.h"

static struct fileserver files = {.name = "proc"};

/* Nothing of a snapshot outlives the instance. */
static enum microk_status own_memory(struct keep_plan *plan)
{
	plan->version = 1;
	plan->first_slot = SLOT_TOTAL;
	return start_memory(plan);
}

int main(void)
{
	const struct startup_entry *endpoint = start_grant("proc", false),
				   *supervisor = start_grant("supervisor", false),
				   *info = start_grant("info", true);
	bool was_there;

	if (!endpoint || !supervisor || !info)
		return 1;
	const struct microk_info *area = (const struct microk_info *)info->address;
	files.endpoint = endpoint->slot;
	mount_set_root(procfs_open(area, supervisor->slot, grant_find("pci")));
	enum microk_status status = own_memory(&files.keep);
	if (status == OK)
		status = fileserver_open(&files, &was_there);
	if (status == OK)
		status = processes_open(&files);
	if (status != OK) {
		start_failed(status);
		return 1;
	}
	fileserver_run(&files);
}
