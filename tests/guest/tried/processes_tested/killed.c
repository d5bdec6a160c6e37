/* The process server is ended at every moment of a process's faults; its successor finishes them. */
#include "lib/microk/string.h"
#include "tests/guest/tried/processes_tested/machinery.h"
#include "tests/guest/tried/processes_tested/tests.h"

#define STRIDE command_number("stride=", 64)
#define PHASES 16
#define FAR 400000 /* after all faults */

static bool ended_early; /* before the last fault was served */

static void end_server(void)
{
	ended_early = strlen(terminal_text) < strlen("godone");
	server_replace();
}

/* One run of the program, whose server dies then. */
static void trial(u64 after, u32 phase)
{
	terminal_clear();
	kill_prepare(after, phase);
	i64 process = spawn("bin/faults");
	AWAIT(terminal_readers() == 2);
	kill_wait();
	EXPECT_U64((u64)strlen("godone"), strlen(terminal_text));
	terminal_type("a");
	terminal_type("b");
	EXPECT_U64(0, (u64)wait_for(process));
}

void test_killed(void)
{
	u64 deaths = 0, early = 0, moment = 0;

	server_begin();
	killer_begin(end_server);
	u64 before = pool_free();
	trial(FAR, 0);
	do {
		u32 failures = kit_failures_here();

		trial(moment, (u32)(deaths % PHASES));
		early += ended_early;
		deaths++;
		if (kit_failures_here() != failures) {
			kit_report("NOTE it was ended after %lu ticks", moment);
			break;
		}
		EXPECT_U64(before, pool_free());
		moment += STRIDE;
	} while (ended_early);
	CHECK(early > 50);
	kit_report("NOTE %lu deaths, %lu of them before the last fault was served, in %lu ticks",
		   deaths, early, moment);
}
