/*
 * How the process server begins. One thread serves both /proc and processes, in one loop, at one Endpoint: both are
 * answered from the same tables, and neither waits for another server that waits for a process.
 *
 * Weighed: a service of its own for processes, which /proc would have to ask; Managarm's and HURD's /proc do.
 */
#include "servers/proc/processes.h"
#include "lib/microk/slots.h"
#include "lib/microk/startup.h"
#include "servers/proc/badge.h"
#include "servers/proc/ends.h"
#include "servers/proc/family.h"
#include "servers/proc/loader.h"
#include "servers/proc/pages.h"
#include "servers/proc/pieces.h"
#include "servers/proc/pool.h"
#include "servers/proc/process.h"
#include "servers/proc/programs.h"
#include "servers/proc/requests.h"
#include "servers/proc/timers.h"

/* The reader signals it, and time comes for alarms. Nothing of /proc has work of its own. */
static u64 work(u64 bits)
{
	if (bits & LOADER_BIT)
		loader_work();
	return timers_work();
}

static enum microk_status open_loader(void)
{
	cap_t bell, wake = grant_find("wake");
	enum microk_status status =
		wake ? cap_mint(wake, RIGHT_WRITE, LOADER_BIT, MINT_BADGE, &bell) : ERR_CAP;

	return status == OK ? loader_open(bell) : status;
}

enum microk_status processes_open(struct fileserver *files)
{
	const struct startup_entry *area = grant_entry("processes");
	bool was_there;

	if (!area)
		return OK;
	ends = (struct ends){
		process_end, process_reaped, family_changed, loader_cancel, program_left};
	badge_setup(files->endpoint);
	enum microk_status status =
		world_open((void *)area->address, (u64)area->pages * PAGE_SIZE, &was_there);
	if (status == OK)
		status = pool_open();
	if (status == OK)
		status = pages_open();
	if (status == OK)
		status = open_loader();
	if (status != OK)
		return status;
	pieces_recount();
	process_take_over();
	programs_take_over();
	files->other = requests_serve;
	files->other_closed = requests_closed;
	files->work = work;
	return OK;
}
