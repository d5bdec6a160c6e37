/*
 * A supervisor made of init's own files, which kills the console under load and starts it again. The client
 * (tests/guest/console_load) knows what the screen must show and each read must return.
 *
 * Words of the command line: seed=N; kills=N; stride=N: not at random moments, but each time N microseconds later after its start
 * than the time before.
 */
#include "lib/microk/start.h"
#include "servers/init/log.h"
#include "tests/guest/killer/killer.h"

enum { CONSOLE, CLIENT };

/* Microseconds from one kill to the next: some come while an instance starts, some under load. */
#define SHORT 2000ul
#define LONG 30000ul

static const char text[] =
	"service console\n"
	"\tprogram boot/console\n"
	"\tpriority 40\n"
	"\tmemory 512K\n"
	"\tslots 32\n"
	"\tserves console read write control\n"
	"\tports serial 0x3f8 0x3ff\n"
	"\tports keyboard 0x60 0x64\n"
	"\tirq serial 4\n"
	"\tirq keyboard 1\n"
	"\tnotification irq.notification\n"
	"\tframes state 2M\n"
	"\tframebuffer\n"
	"\tinfo\n"
	"service client\n"
	"\tprogram boot/console_load\n"
	"\targuments %lu\n"
	"\tpriority 20\n"
	"\tuses console read write control\n"
	"\tframebuffer\n"
	"\tinfo\n"
	"\tnotification wake\n"
	"\treport\n";

static u64 kills, stride, killed, starts;

static void on_ready(u32 service)
{
	starts += service == CONSOLE;
}

static void set_next(void)
{
	killer_after(stride ? stride * killed : killer_draw(killer_draw(2) ? SHORT : LONG));
}

static bool expired(void)
{
	if (killed >= kills)
		return false;
	killed++;
	killer_kill(CONSOLE);
	set_next();
	return true;
}

static void report(void)
{
	log_line("NOTE killed: console %lu, which was ready %lu times", killed, starts);
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
