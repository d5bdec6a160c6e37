/* Words of a command line, by the library's reader or, with -DKERNEL, by the kernel's: both must give these answers. */
#include "tests/host/check.h"
#ifdef KERNEL
#include "lib/command_line.h"
#include "x86/cpu.h"

struct cpu_area cpu_area;

static bool value(const char *line, const char *key, char *to, size_t bytes)
{
	strcpy(kinfo->command_line, line);
	return command_line_value(key, to, bytes);
}
static bool has(const char *line, const char *word)
{
	strcpy(kinfo->command_line, line);
	return command_line_has(word);
}
#else
#include "lib/microk/command_line.h"
#define value command_line_value
#define has command_line_has
#endif

/* expected: NULL if no word begins with the key. */
static void check_value(const char *line, const char *key, const char *expected)
{
	char got[8] = "before";
	bool found = value(line, key, got, sizeof(got)), wanted = expected != NULL;

	if (found != wanted || (found && strcmp(got, expected) != 0)) {
		printf("<%s>, %s: expected <%s>, got <%s>\n", line, key,
		       expected ? expected : "nothing", got);
		check_failures++;
	}
}

static void test_values(void)
{
	check_value("root=a seed=12 last=z", "root=", "a");
	check_value("root=a seed=12 last=z", "seed=", "12");
	check_value("root=a seed=12 last=z", "last=", "z");
	check_value("seed= x", "seed=", "");
	check_value("seed=", "seed=", "");
	check_value("", "seed=", NULL);
	check_value("seed", "seed=", NULL);
	check_value("reseed=1", "seed=", NULL); /* in the middle of a word */
	check_value("reseed=1 seed=2", "seed=", "2");
	check_value("a=1 a=2", "a=", "1");
	check_value("  a=1", "a=", "1");
	check_value("a=123456789 b=1", "a=", "1234567"); /* cut to fit */
}

static void test_words(void)
{
	CHECK(has("exit=debug", "exit=debug"));
	CHECK(has("a exit=debug b", "exit=debug"));
	CHECK(has("a exit=debug", "exit=debug"));
	CHECK(!has("", "verbose"));
	CHECK(!has("verbosely", "verbose"));
	CHECK(!has("not-verbose", "verbose"));
	CHECK(has("verbosely verbose", "verbose"));
	CHECK(!has("aa", "a")); /* its end is not a word */
}

#ifndef KERNEL
static void test_places(void)
{
	const char *line = "tasks=boot/a:x,boot/b seed=7 size=12x";

	CHECK(command_line_find(line, "tasks=") == line + 6);
	CHECK(command_line_find(line, "seed=") == line + 27);
	CHECK(!command_line_find(line, "asks="));
	CHECK(command_line_number(line, "seed=", 1) == 7);
	CHECK(command_line_number(line, "size=", 1) == 12);
	CHECK(command_line_number(line, "rounds=", 30) == 30);
	CHECK(command_line_number(line, "tasks=", 30) == 0);
}
#endif

int main(void)
{
	test_values();
	test_words();
#ifndef KERNEL
	test_places();
#endif
	return check_result("command_line");
}
