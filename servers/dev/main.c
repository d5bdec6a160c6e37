/*
 * The server of /dev, a tree of its own that a client's namespace joins to the others. It calls storage, and no other server.
 *
 * Open files outlive an instance (the grant "state"). The key of the random numbers does not: the next instance makes a new one
 * from the same sources, before it gives out any number.
 */
#include "lib/fileserver/area.h"
#include "lib/fileserver/mount.h"
#include "lib/fileserver/serve.h"
#include "lib/microk/print.h"
#include "lib/microk/startup.h"
#include "lib/microk/ticker.h"
#include "lib/microk/util.h"
#include "servers/dev/devfs.h"
#include "servers/dev/disks.h"
#include "servers/dev/random.h"

#define SIGNAL_TICK 1  /* beside RING_SIGNAL */
#define TICK_PART 1000 /* of a second */
#define DESCRIPTIONS 128

static struct fileserver files = {.name = "dev"};
static cap_t own;  /* the Notification */
static u64 waited; /* bits that came while the server waited */

/* The grant `name`; without it, prints the remedy and returns NULL. */
static const struct startup_entry *need(const char *name)
{
	const struct startup_entry *e = grant_entry(name);

	if (!e)
		print("dev: the grant \"%s\" is missing; add it in system.conf\n", name);
	return e;
}

static u64 work(u64 bits)
{
	bits |= waited;
	waited = 0;
	disks_answered();
	if (bits & SIGNAL_TICK) {
		ticker_came();
		random_tick(tsc_read());
	}
	if (!random_is_ready())
		ticker_ask();
	return 0;
}

static void wait(void)
{
	struct message m = {0};

	if (ipc(SYS_WAIT, own, &m) == OK)
		waited |= m.badge;
}

static enum microk_status find_memory(struct keep_plan *plan)
{
	plan->version = 1;
	plan->first_slot = SLOT_TOTAL;
	plan->descriptions = DESCRIPTIONS;
	plan->watches = true;
	return area_find(plan);
}

int main(void)
{
	const struct startup_entry *endpoint = need("dev"), *wake = need("wake"),
				   *area = need("info");
	bool was_there;

	if (!endpoint || !wake || !area)
		return 1;
	const struct microk_info *info = (const struct microk_info *)area->address;
	own = wake->slot;
	files.endpoint = endpoint->slot;
	files.work = work;
	files.wait = wait;
	mount_set_root(devfs_open());
	enum microk_status status = find_memory(&files.keep);
	if (status == OK)
		status = ticker_begin(own, SIGNAL_TICK, info->tsc_hz / TICK_PART);
	if (status == OK) {
		random_begin(info);
		disks_open(own, info->tsc_hz);
		status = fileserver_open(&files, &was_there);
	}
	if (status != OK) {
		print("dev: cannot begin: %s; give the machine more memory, or raise its "
		      "\"memory\" "
		      "in system.conf\n",
		      status_text(status));
		return 1;
	}
	fileserver_run(&files);
}
