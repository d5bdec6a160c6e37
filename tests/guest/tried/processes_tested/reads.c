/* A signal comes at every moment of a read: the read is finished, or has taken nothing. */
#include "lib/microk/string.h"
#include "tests/guest/tried/processes_tested/machinery.h"
#include "tests/guest/tried/processes_tested/tests.h"

#define SIGUSR1 10
#define STRIDE command_number("read-stride=", 32)
#define WINDOW_TICKS 12000 /* after which the reader waits again */

static i64 reader;

static void send_signal(void)
{
	EXPECT_U64(0, (u64)ask(PROCESS_KILL, (u64[]){(u64)reader, SIGUSR1}, 2));
}

static char key(u64 n)
{
	return (char)('A' + n % 26);
}

void test_reads(void)
{
	u64 signals = 0;

	server_begin();
	killer_begin(send_signal);
	terminal_clear();
	reader = spawn("bin/reads");
	for (u64 moment = 0; moment < WINDOW_TICKS; moment += STRIDE, signals++) {
		AWAIT(terminal_readers() == 1);
		kill_prepare(moment, (u32)(signals % 16));
		kill_go();
		terminal_type((char[]){key(signals), 0});
		kill_wait();
	}
	AWAIT(terminal_readers() == 1);
	EXPECT_U64(signals, strlen(terminal_text));
	for (u64 n = 0; n < signals; n++)
		if (terminal_text[n] != key(n)) {
			kit_fail(__FILE__, __LINE__, "byte %lu is '%c'", n, terminal_text[n]);
			break;
		}
	struct terminal_counts counts = terminal_counts;
	terminal_type("q");
	EXPECT_U64(0, (u64)wait_for(reader));
	kit_report("NOTE %lu signals, %lu requests finished, %lu without effect:%s", signals,
		   counts.finished, counts.abandoned, terminal_text + signals + 2);
	CHECK(counts.finished > 0 && counts.abandoned > 0);
}
