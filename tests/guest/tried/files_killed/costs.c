/* The price of lib/state: instructions of each request, of the client's call and the server together, with it and without. */
#include "lib/microk/slots.h"
#include "tests/guest/tried/files_killed/client.h"
#include "tests/guest/tried/files_killed/files_killed.h"
#include "tests/guest/tried/files_killed/operations.h"

#define TIMES 4 /* the last counts: those before it have made the entries of their replies */

static u64 with[OPERATIONS], without[OPERATIONS];

static void measure(const char *program, u64 ticks[OPERATIONS])
{
	operations_begin(program);
	for (u32 i = 0; i < OPERATIONS; i++) {
		if (i == CLOSE || i == REFUSED)
			continue;
		for (u32 n = 0; n < TIMES; n++) {
			operations[i].prepare();
			settle();
			operations[i].run();
			ticks[i] = last_ended - last_began;
			settle();
			operations[i].clean();
		}
	}
}

void test_costs(void)
{
	u64 began, ended;
	cap_t directory;

	measure("boot/files_plain", without);
	measure("boot/files_measured", with);
	for (u32 i = 0; i < OPERATIONS; i++)
		if (with[i])
			kit_report("COST %s: %lu without lib/state, %lu with it",
				   operations[i].name, without[i], with[i]);
	began = now();
	server_replace();
	ended = now();
	directory = server_directory(FILES_ROOT);
	EXPECT(ERR_NOT_FOUND, file_look(directory, "none"));
	kit_report("COST of a death: %lu to end an instance and make the next, %lu until that has "
		   "served a request",
		   ended - began, last_ended - ended);
}
