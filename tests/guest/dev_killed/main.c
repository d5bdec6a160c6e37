/*
 * A supervisor made of init's own files, which kills the server of /dev and the disk's driver under load, and starts them again.
 * The client (tests/guest/dev_load) knows what each read must return.
 *
 * Words of the command line: seed=N; kills=N, of each of the two; stride=N: not at random moments, but dev alone, and each time N
 * microseconds later after its start than the time before.
 */
#include "lib/microk/start.h"
#include "servers/init/log.h"
#include "tests/guest/killer/declared.h"
#include "tests/guest/killer/killer.h"

enum { PCI, STORAGE, DEV, CLIENT };

/* Microseconds from one kill to the next: some come while an instance starts, some under load. */
#define SHORT 2000ul
#define LONG 12000ul

static const char text[] = DRIVERS_TEXT
	"service dev\n"
	"\tprogram boot/dev\n"
	"\tpriority 30\n"
	"\tmemory 384K\n"
	"\tslots 384\n"
	"\tserves dev read write manage\n"
	"\tuses disk read\n"
	"\tring disk 64K\n"
	"\tnotification wake\n"
	"\tframes state 48K\n"
	"\tinfo\n"
	"\tports serial 0x3f8 0x3ff\n"
	"service client\n"
	"\tprogram boot/dev_load\n"
	"\targuments %lu\n"
	"\tpriority 20\n"
	"\tuses dev as / read write manage\n"
	"\tnotification wake\n"
	"\treport\n";

static u64 kills, stride, killed[CLIENT], starts;

static void on_ready(u32 service)
{
	starts += service == DEV;
}

static void set_next(void)
{
	killer_after(stride ? stride * killed[DEV] : killer_draw(killer_draw(2) ? SHORT : LONG));
}

static bool expired(void)
{
	u32 victim = stride || killer_draw(2) ? DEV : STORAGE;

	if (killed[DEV] >= kills && (stride || killed[STORAGE] >= kills))
		return false;
	if (killed[victim] >= kills)
		victim = DEV + STORAGE - victim;
	killed[victim]++;
	killer_kill(victim);
	set_next();
	return true;
}

static void report(void)
{
	log_line("NOTE killed: storage %lu, dev %lu", killed[STORAGE], killed[DEV]);
	log_line("NOTE dev started %lu times", starts);
}

int main(void)
{
	kills = killer_number("kills=", 100);
	stride = killer_number("stride=", 0);
	killer_run(&(const struct killer){
		.text = text,
		.begin = set_next,
		.ready = on_ready,
		.expired = expired,
		.report = report});
}
