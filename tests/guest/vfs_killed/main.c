/*
 * A supervisor made of init's own files, which kills the file server, the disk's driver and the owner of PCI under load, and starts
 * them again. The client (tests/guest/files_load) holds all that it sees against a model.
 *
 * Words of the command line: seed=N; kills=N; stride=N; places; end=detach or end=cut, for the client; volumes: there are two file
 * systems, each with a server of its own, on the first two partitions of the disk; waiting: in place of files_load, a client whose
 * reads wait for a slow disk (tests/guest/overtakes), and vfs alone is killed.
 */
#include "lib/microk/command_line.h"
#include "lib/microk/start.h"
#include "servers/init/boot.h"
#include "servers/init/services.h"
#include "tests/guest/killer/declared.h"
#include "tests/guest/killer/killer.h"
#include "tests/guest/vfs_killed/kills.h"
#include "tests/guest/vfs_killed/places.h"

#define CLIENT_TEXT                                                                                \
	"service client\n"                                                                         \
	"\tprogram boot/files_load\n"                                                              \
	"\targuments %lu %s\n"                                                                     \
	"\tpriority 20\n"                                                                          \
	"\tmemory 4M\n"                                                                            \
	"\tuses vfs as / read write manage\n"                                                      \
	"\tnotification wake\n"                                                                    \
	"\tinfo\n"                                                                                 \
	"\treport\n"

static const char text[] = DRIVERS_TEXT VFS_TEXT CLIENT_TEXT;
static const char text_of_waiting[] = DRIVERS_TEXT VFS_TEXT
	"service client\n"
	"\tprogram boot/overtakes\n"
	"\targuments %lu %s\n"
	"\tpriority 20\n"
	"\tmemory 1M\n"
	"\tuses vfs as / read\n"
	"\tnotification wake\n"
	"\treport\n";
static const char text_of_two[] = DRIVERS_TEXT VFS_TEXT
	"\targuments partition=1\n" HOME_TEXT CLIENT_TEXT
	"\tuses home as /home read write manage\n";

static bool prepared(void)
{
	return places_open(&supervisor.services[VFS]);
}

static void begin(void)
{
	kills_begin(&(struct plan){
		.kills = killer_number("kills=", 100),
		.stride = killer_number("stride=", 0),
		.vfs_alone = command_line_has(info->command_line, "waiting"),
		.at_places = command_line_has(info->command_line, "places")});
}

int main(void)
{
	bool two = command_line_has(info->command_line, "volumes"),
	     waiting = command_line_has(info->command_line, "waiting");

	killer_run(&(const struct killer){
		.text = two       ? text_of_two
			: waiting ? text_of_waiting
				  : text,
		.prepared = prepared,
		.begin = begin,
		.ready = kills_ready,
		.expired = kills_expired,
		.report = kills_report});
}
