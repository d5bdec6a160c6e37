/*
 * A supervisor made of init's own files, which kills a client of the file server at random moments, and starts it again. The client
 * (tests/guest/files_reckless) opens files without closing them, and lends memory that it takes back.
 *
 * Words of the command line: seed=N; kills=N.
 */
#include "lib/microk/start.h"
#include "servers/init/log.h"
#include "tests/guest/killer/declared.h"
#include "tests/guest/killer/killer.h"

enum { PCI, STORAGE, VFS, CLIENT };

/* Microseconds from one kill to the next: some come while an instance starts, some under load. */
#define SHORT 3000ul
#define LONG 40000ul

static const char text[] = DRIVERS_TEXT VFS_TEXT
	"service client\n"
	"\tprogram boot/files_reckless\n"
	"\tpriority 35\n"
	"\tmemory 4M\n"
	"\tuses vfs as / read write manage\n"
	"\tnotification wake\n"
	"\tinfo\n"
	"\treport\n";

static u64 kills, killed;

static void set_next(void)
{
	killer_after(killer_draw(killer_draw(2) ? SHORT : LONG));
}

static bool expired(void)
{
	if (killed >= kills)
		return false;
	killed++;
	killer_kill(CLIENT);
	set_next();
	return true;
}

static void report(void)
{
	log_line("NOTE killed: client %lu", killed);
}

int main(void)
{
	kills = killer_number("kills=", 100);
	killer_run(&(const struct killer){
		.text = text, .begin = set_next, .expired = expired, .report = report});
}
