/*
 * The server of /proc: the system and its processes as text, in a tree of its own. A client's namespace joins it to
 * the others.
 *
 * Weighed: as a file system of the VFS, which then calls init for a client; the orders of who may call whom would
 * meet in a circle as soon as init's successor reads its files from the VFS.
 */
#include "lib/fileserver/mount.h"
#include "lib/fileserver/serve.h"
#include "lib/microk/memory.h"
#include "lib/microk/print.h"
#include "lib/microk/startup.h"
#include "lib/microk/util.h"
#include "microk/info.h"
#include "servers/proc/procfs.h"

static struct fileserver files = {.name = "proc"};

/* The grant `name`; without it, prints the remedy and returns NULL. */
static const struct startup_entry *need(const char *name)
{
	const struct startup_entry *e = grant_entry(name);

	if (!e)
		print("proc: the grant \"%s\" is missing; add it in system.conf\n", name);
	return e;
}

/* Memory for its descriptions. Nothing of a snapshot outlives the instance. */
static enum microk_status own_memory(struct keep_plan *plan)
{
	plan->version = 1;
	plan->first_slot = SLOT_TOTAL;
	plan->area_bytes = ALIGN_UP(keep_bytes(plan), PAGE_SIZE);
	return memory_make(plan->area_bytes / PAGE_SIZE, NULL, &plan->area);
}

int main(void)
{
	const struct startup_entry *endpoint = need("proc"), *supervisor = need("supervisor"),
				   *info = need("info");
	bool was_there;

	if (!endpoint || !supervisor || !info)
		return 1;
	const struct microk_info *area = (const struct microk_info *)info->address;
	files.endpoint = endpoint->slot;
	mount_set_root(procfs_open(area, supervisor->slot, grant_find("pci")));
	enum microk_status status = own_memory(&files.keep);
	if (status == OK)
		status = fileserver_open(&files, &was_there);
	if (status != OK) {
		print("proc: cannot begin: %s; give the machine more memory, or raise its "
		      "\"memory\" "
		      "in system.conf\n",
		      status_text(status));
		return 1;
	}
	fileserver_run(&files);
}
