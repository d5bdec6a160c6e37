#include "tests/guest/vfs_killed/kills.h"
#include "lib/microk/util.h"
#include "lib/supervise/instance.h"
#include "microk/info.h"
#include "servers/init/finish.h"
#include "servers/init/log.h"
#include "servers/init/services.h"
#include "tests/guest/killer/killer.h"
#include "tests/guest/vfs_killed/places.h"

/* Microseconds from one death to the next: some come while an instance starts, some under load. */
#define SHORT 2000ul
#define LONG 12000ul
#define SLOW 100000ul    /* two reads of a slow disk: some are done between two deaths */
#define LOOKS_MOST 8000u /* for a place, before the server dies wherever it is */

static struct plan plan;
static u64 killed[VICTIMS_MOST], died_at[PLACES];
static u64 sweeps, starts, began, longest_start, shortest_start = ~0ul;
static enum place wanted;
static u32 looks;

#define CALLS                                                                                      \
	5u /* deaths of the driver during a call of vfs; the stub repeats a call three times */

static u32 victims(void)
{
	return supervisor.count - 1;
}

static bool is_vfs_alone(void)
{
	return plan.stride || plan.at_places || plan.vfs_alone;
}

/* ---- One death ---- */

static void kill_one(u32 victim)
{
	struct service *s = &supervisor.services[victim];

	killed[victim]++;
	if (victim == VFS)
		died_at[place_now(s)]++;
	instance_end(s);
	began = tsc_read();
	killer_start(victim);
	if (victim == VFS && !places_open(s))
		finish_debug(1);
}

static u32 choose_victim(void)
{
	u32 victim = (u32)killer_draw(victims());

	if (is_vfs_alone())
		return VFS;
	while (killed[victim] >= plan.kills)
		victim = (victim + 1) % victims();
	return victim;
}

static bool is_over(void)
{
	if (is_vfs_alone())
		return killed[VFS] >= plan.kills;
	return killed[PCI] + killed[STORAGE] + killed[VFS] + killed[HOME] >= victims() * plan.kills;
}

/* ---- The next ---- */

static void set_next(void)
{
	looks = 0;
	wanted = RECEIVED + (enum place)(killed[VFS] % (FREED - RECEIVED));
	if (plan.at_places || plan.vfs_alone)
		supervisor.server.deadline = 0; /* kills_ready sets it */
	else if (!plan.stride)
		killer_after(killer_draw(killer_draw(2) ? SHORT : LONG));
	else if (!starts)
		killer_after(
			plan.stride * 8 * killed[VFS]); /* it mounts, with its waits for the disk */
	else if (++sweeps % 2)
		killer_after(plan.stride * (sweeps / 2));
	else
		supervisor.server.deadline = 0;
}

void kills_begin(const struct plan *p)
{
	plan = *p;
	set_next();
}

void kills_ready(u32 service)
{
	if (service != VFS)
		return;
	starts++;
	if (killed[VFS]) {
		longest_start = MAX(longest_start, tsc_read() - began);
		shortest_start = MIN(shortest_start, tsc_read() - began);
	}
	if (!supervisor.server.deadline)
		killer_after(killer_draw(plan.vfs_alone ? SLOW : SHORT));
}

/* The server is where it must die, or at one of two places that are rare; or the place did not come. */
static bool has_come(void)
{
	enum place place = place_now(&supervisor.services[VFS]);

	return place == wanted || place == FREED || place == AHEAD || ++looks > LOOKS_MOST;
}

/* In a start of vfs: the driver dies each time that it has received a request of vfs and has not answered. */
static bool kill_in_call(void)
{
	if (!plan.stride || killed[STORAGE] >= CALLS || starts)
		return false;
	if (place_is_call(&supervisor.services[VFS]))
		kill_one(STORAGE);
	supervisor.server.deadline = tsc_read() + killer_ticks(1) + killer_draw(killer_ticks(1));
	return true;
}

bool kills_expired(void)
{
	if (is_over())
		return false;
	if (kill_in_call())
		return true;
	if (plan.at_places && !has_come()) {
		supervisor.server.deadline =
			tsc_read() + killer_ticks(1) / 2 + killer_draw(killer_ticks(1));
		return true;
	}
	kill_one(choose_victim());
	set_next();
	return true;
}

void kills_report(void)
{
	log_line("NOTE killed: pci %lu, storage %lu, vfs %lu", killed[PCI], killed[STORAGE],
		 killed[VFS]);
	if (killed[HOME])
		log_line("NOTE killed: home %lu", killed[HOME]);
	for (u32 i = 0; i < PLACES; i++)
		log_line("NOTE vfs died %s: %lu", place_names[i], died_at[i]);
	log_line("NOTE vfs started %lu times, in %lu to %lu us; swept up to %lu us", starts,
		 shortest_start / killer_ticks(1), longest_start / killer_ticks(1),
		 plan.stride * (sweeps / 2));
}
