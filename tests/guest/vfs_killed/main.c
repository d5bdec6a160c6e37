/*
 * A supervisor made of init's own files, which kills the file server, the disk's driver and the owner of PCI under load, and starts
 * them again. The client (tests/guest/files_load) holds all that it sees against a model.
 *
 * Words of the command line: seed=N; kills=N; stride=N; places; end=detach or end=cut, for the client.
 */
#include "lib/microk/command_line.h"
#include "lib/microk/start.h"
#include "servers/init/boot.h"
#include "servers/init/services.h"
#include "tests/guest/killer/declared.h"
#include "tests/guest/killer/killer.h"
#include "tests/guest/vfs_killed/kills.h"
#include "tests/guest/vfs_killed/places.h"

static const char text[] = DRIVERS_TEXT VFS_TEXT
	"service client\n"
	"\tprogram boot/files_load\n"
	"\targuments %lu %s\n"
	"\tpriority 20\n"
	"\tmemory 4M\n"
	"\tuses vfs as / read write manage\n"
	"\tnotification wake\n"
	"\tinfo\n"
	"\treport\n";

static bool prepared(void)
{
	return places_open(&supervisor.services[VFS]);
}

static void begin(void)
{
	kills_begin(&(struct plan){
		.kills = killer_number("kills=", 100),
		.stride = killer_number("stride=", 0),
		.at_places = command_line_has(info->command_line, "places")});
}

int main(void)
{
	killer_run(&(const struct killer){
		.text = text,
		.prepared = prepared,
		.begin = begin,
		.ready = kills_ready,
		.expired = kills_expired,
		.report = kills_report});
}
