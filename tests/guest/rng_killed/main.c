/*
 * A supervisor made of init's own files, which kills the driver of random numbers while a client (tests/guest/dev_load) reads and
 * writes the files of /dev, and starts it again.
 *
 * Words of the command line: seed=N; kills=N; pause=N: microseconds from one kill to the next, in place of random ones;
 * silent=1: the device is one that never answers, and the driver waits 20 ms for it in place of 5 s.
 */
#include "lib/microk/start.h"
#include "servers/init/log.h"
#include "tests/guest/killer/declared.h"
#include "tests/guest/killer/killer.h"

enum { PCI, STORAGE, DEV, RNG };

/* Microseconds from one kill to the next: some come while an instance starts, some under load. */
#define SHORT 2000ul
#define LONG 20000ul

#define TEXT(of_rng)                                                                               \
	DRIVERS_TEXT                                                                               \
	"service dev\n"                                                                            \
	"\tprogram boot/dev\n"                                                                     \
	"\tpriority 30\n"                                                                          \
	"\tmemory 384K\n"                                                                          \
	"\tslots 384\n"                                                                            \
	"\tserves dev read write manage\n"                                                         \
	"\tuses disk read\n"                                                                       \
	"\tring disk 64K\n"                                                                        \
	"\tnotification wake\n"                                                                    \
	"\tframes state 48K\n"                                                                     \
	"\tinfo\n"                                                                                 \
	"\tports serial 0x3f8 0x3ff\n"                                                             \
	"service rng\n"                                                                            \
	"\tprogram boot/rng\n" of_rng "\tpriority 25\n"                                            \
	"\tmemory 192K\n"                                                                          \
	"\tserves rng\n"                                                                           \
	"\tuses dev read write\n"                                                                  \
	"\tdevice virtio 1af4:1044\n"                                                              \
	"\tnotification wake\n"                                                                    \
	"\tframes dma 16K\n"                                                                       \
	"\tinfo\n"                                                                                 \
	"\tports serial 0x3f8 0x3ff\n"                                                             \
	"service client\n"                                                                         \
	"\tprogram boot/dev_load\n"                                                                \
	"\targuments %lu\n"                                                                        \
	"\tpriority 20\n"                                                                          \
	"\tuses dev as / read write manage\n"                                                      \
	"\tnotification wake\n"                                                                    \
	"\treport\n"

static u64 kills, pause, killed, starts;

static void on_ready(u32 service)
{
	starts += service == RNG;
}

static void set_next(void)
{
	killer_after(pause ? pause : killer_draw(killer_draw(2) ? SHORT : LONG));
}

static bool expired(void)
{
	if (killed >= kills)
		return false;
	killed++;
	killer_kill(RNG);
	set_next();
	return true;
}

static void report(void)
{
	log_line("NOTE killed: rng %lu, which was ready %lu times", killed, starts);
}

int main(void)
{
	kills = killer_number("kills=", 100);
	pause = killer_number("pause=", 0);
	killer_run(&(const struct killer){
		.text = killer_number("silent=", 0) ? TEXT("\targuments 20\n") : TEXT(""),
		.begin = set_next,
		.ready = on_ready,
		.expired = expired,
		.report = report});
}
