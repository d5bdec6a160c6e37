/* Programs that run to their end. */
#include "lib/microk/string.h"
#include "tests/guest/tried/processes_tested/machinery.h"
#include "tests/guest/tried/processes_tested/tests.h"

/* The program's text is as it should be. */
static void expect_text(const char *wanted)
{
	if (strcmp(terminal_text, wanted))
		kit_fail(__FILE__, __LINE__, "the text is '%s'", terminal_text);
}

void test_hello(void)
{
	server_begin();
	u64 before = pool_free();
	EXPECT_U64(7 << 8, (u64)run("bin/hello"));
	expect_text("hello from musl, 42 of printf\n");
	EXPECT_U64(before, pool_free());
}

void test_forks(void)
{
	server_begin();
	u64 before = pool_free();
	EXPECT_U64(0, (u64)run("bin/forks"));
	expect_text("0 failures\n");
	EXPECT_U64(before, pool_free());
}

/* More than there is memory for at once, so nothing is left behind. */
void test_maps(void)
{
	char maps[16], threads[16], wanted[64];

	server_begin();
	u64 before = pool_free();
	format(maps, sizeof(maps), "%lu", command_number("maps=", 100000));
	format(threads, sizeof(threads), "%lu", command_number("threads=", 2000));
	terminal_clear();
	i64 process = spawn("bin/maps");
	AWAIT(terminal_readers() == 1);
	terminal_type(maps);
	AWAIT(terminal_readers() == 1);
	terminal_type(threads);
	EXPECT_U64(0, (u64)wait_for(process));
	format(wanted, sizeof(wanted), "%s maps, %s threads, 0 failures\n", maps, threads);
	expect_text(wanted);
	EXPECT_U64(before, pool_free());
}

/* Reports the lines that the program writes. */
void test_costs(void)
{
	char line[64];
	u32 length = 0;

	server_begin();
	terminal_clear();
	i64 process = spawn("bin/costs");
	AWAIT(terminal_readers() == 1);
	for (u32 i = 0; i < 50; i++)
		rest(); /* the parent's part */
	terminal_type("x");
	EXPECT_U64(0, (u64)wait_for(process));
	for (const char *p = terminal_text; *p; p++) {
		if (*p != '\n' && length < sizeof(line) - 1) {
			line[length++] = *p;
			continue;
		}
		line[length] = 0;
		length = 0;
		kit_report("%s", line);
	}
}
