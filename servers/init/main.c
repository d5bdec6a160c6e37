/*
 * init: the root task. It has the capabilities to the whole machine, reads system.conf from the boot
 * archive, and gives each service the capabilities declared there and no others.
 *
 *   manager.c   decides when services start and end  start.c    finds and starts a program
 *   services.c  init's record of each service        grants.c   the capabilities that a line grants
 *   boot.c      the kernel's grants                  pool.c     init's memory
 *   inspect.c   protocol inspect                     crash.c    reports of faults
 *   reaper.c    takes instances apart                shared.c   memory that outlives instances
 *   devices.c   PCI
 *   log.c       init's lines                         outbox.c   their way to the log
 *   finish.c    ending a test run                    fit.c      sizes on a small machine
 *
 * lib/supervise starts and ends the instances, and receives their reports.
 *
 * Weighed: seL4's root task is a library on which the application is built; Genode's init re-reads
 * its configuration while it runs and can nest. Here init is one small program that must not die and
 * therefore calls no server.
 */
#include "gen/lib/microk/methods.h"
#include "microk/cap.h"
#include "microk/info.h"
#include "servers/init/boot.h"
#include "servers/init/finish.h"
#include "servers/init/fit.h"
#include "servers/init/log.h"
#include "servers/init/manager.h"
#include "servers/init/pool.h"
#include "servers/init/services.h"
#include "lib/microk/slots.h"
#include "lib/microk/start.h"
#include "lib/microk/util.h"

#define CONF_PATH "boot/system.conf"

static struct conf conf; /* too large for the stack */

static bool read_conf(void)
{
	struct archive_file file;
	struct conf_error error;

	if (!boot_file(CONF_PATH, &file)) {
		log_line("init: the boot archive has no %s: no service is started", CONF_PATH);
		return false;
	}
	if (!conf_parse((const char *)file.data, file.bytes, &conf, &error)) {
		log_line("init: %s, line %u: %s", CONF_PATH, error.line, error.text);
		return false;
	}
	return true;
}

static void fit_to_machine(void)
{
	u64 free = supply_free(&pool), needed = fit_needed(&conf);

	if (needed <= free)
		return;
	log_line("init: the services of %s need %lu KiB of memory, and %lu are free: caches, then "
		 "services, get less; %lu MiB more would be enough",
		 CONF_PATH, needed / 1024, free / 1024, (needed - free + MIB - 1) / MIB);
	fit_sizes(&conf, free);
	needed = fit_needed(&conf);
	if (needed > free)
		log_line("init: even then they need %lu KiB; if one does not start, give the "
			 "machine %lu MiB more, or remove services from %s",
			 needed / 1024, (needed - free + MIB - 1) / MIB, CONF_PATH);
}

static bool make_endpoint(void)
{
	enum microk_status status =
		supply_make(&pool, CAP_ENDPOINT, 0, &supervisor.server.endpoint);

	if (status != OK)
		log_line("init: no memory for its endpoint: %s", status_name(status));
	return status == OK;
}

int main(void)
{
	slots_init(ROOT_FREE, ROOT_CNODE_SLOTS);
	log_start();
	thread_priority(ROOT_THREAD, &(struct thread_priority){.priority = PRIORITIES - 1});
	if (make_endpoint() && read_conf()) {
		fit_to_machine();
		manager_run(&conf);
	}
	finish_debug(1);
	return 1;
}
