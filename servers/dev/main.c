/*
 * The server of /dev, a tree of its own that a client's namespace joins to the others. It calls storage, and no other server.
 *
 * Open files outlive an instance (the grant "state"). The key of the random numbers does not: the next instance makes a new one
 * from the same sources, before it gives out any number.
 */
#include "lib/fileserver/mount.h"
#include "lib/fileserver/serve.h"
#include "lib/fileserver/start.h"
#include "lib/microk/startup.h"
#include "lib/microk/ticker.h"
#include "servers/dev/devfs.h"
#include "servers/dev/disks.h"
#include "servers/dev/random.h"

#define SIGNAL_TICK 1  /* beside RING_SIGNAL */
#define TICK_PART 1000 /* of a second */
#define DESCRIPTIONS 128

static struct fileserver files = {.name = "dev"};
static cap_t own;  /* the Notification */
static u64 waited; /* bits that came while the server waited */

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
	return start_memory(plan);
}

int main(void)
{
	const struct startup_entry *endpoint = start_grant("dev", false),
				   *wake = start_grant("wake", false),
				   *area = start_grant("info", true);
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
		start_failed(status);
		return 1;
	}
	fileserver_run(&files);
}
