/*
 * A supervisor made of init's own files, which kills the process server under load, and starts it again. The client
 * (tests/guest/processes_load) knows how each of its processes must end.
 *
 * Words of the command line: seed=N; kills=N; load=N: how many processes the client runs after the last kill;
 * stride=N: not at random moments, but each time N microseconds later after its start than the time before.
 */
#include "lib/microk/start.h"
#include "servers/init/log.h"
#include "tests/guest/killer/declared.h"
#include "tests/guest/killer/killer.h"

enum { VFS, PROC, CLIENT };

/* Microseconds from one kill to the next: some come while an instance starts, some under load. */
#define SHORT 3000ul
#define LONG 20000ul

static const char text[] =
	"service vfs\n"
	"\tprogram boot/vfs\n"
	"\tpriority 30\n"
	"\tmemory 2M\n"
	"\tslots 2048\n"
	"\tserves vfs read write manage\n"
	"\tframes state 512K\n"
	"\tarchive\n"
	"\tinfo\n"
	"\tports serial 0x3f8 0x3ff\n"
	"service proc\n"
	"\tprogram boot/proc\n"
	"\tpriority 30\n"
	"\tmemory 2M\n"
	"\tslots 12288\n"
	"\tpool 8M\n"
	"\tserves proc read write manage spawn\n"
	"\tuses supervisor inspect\n"
	"\tnotification wake\n"
	"\tframes processes 320K\n"
	"\tinfo\n"
	"\tports serial 0x3f8 0x3ff\n"
	"service client\n"
	"\tprogram boot/processes_load\n"
	"\targuments %lu %s\n"
	"\tpriority 20\n"
	"\tmemory 1M\n"
	"\tuses vfs as / read write grant\n"
	"\tuses proc as processes spawn grant\n"
	"\tuses supervisor inspect\n"
	"\tnotification wake\n"
	"\tinfo\n"
	"\treport\n";

static u64 kills, stride, killed;

static void set_next(void)
{
	killer_after(stride ? stride * killed : killer_draw(killer_draw(2) ? SHORT : LONG));
}

static bool expired(void)
{
	if (killed >= kills)
		return false;
	killed++;
	killer_kill(PROC);
	set_next();
	return true;
}

static void report(void)
{
	log_line("NOTE killed: proc %lu", killed);
}

int main(void)
{
	kills = killer_number("kills=", 100);
	stride = killer_number("stride=", 0);
	killer_run(&(const struct killer){
		.text = text, .begin = set_next, .expired = expired, .report = report});
}
