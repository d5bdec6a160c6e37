/* Functions by address: a table as tools/symbolise.py writes it, and tables that nothing should write. */
#include "tests/host/check.h"
#include "lib/postmortem/symbols.h"

static const char table[] =
	"program init\n400000 _start\n400010 main\n400100 -\n"
	"program vfs\n400000 _start\n400020 vfs_dispatch\n400020 same\n4000f0 -\n"
	"program empty\nprogram last\nffffffffffffff00 high";

static void says(const char *program, u64 address, bool is_return, const char *expected)
{
	char got[SYMBOL_TEXT] = "left alone";
	bool found = symbol_find(
		table, sizeof(table) - 1, program, address, is_return, got, sizeof(got));

	if (found != (expected[0] != '\0') || strcmp(got, expected) != 0) {
		printf("%s 0x%lx: expected <%s>, got <%s>\n", program, address, expected, got);
		check_failures++;
	}
}

static void test_table(void)
{
	says("init", 0x400000, false, "_start+0x0");
	says("init", 0x40000f, false, "_start+0xf");
	says("init", 0x400010, false, "main+0x0");
	says("init", 0x400010, true, "_start+0x10"); /* the call was _start's last instruction */
	says("init", 0x4000ff, false, "main+0xef");
	says("init", 0x400100, false, ""); /* after the code */
	says("init", 0x3fffff, false, "");
	says("init", 0, false, "");
	says("last", 0, true, "");
	says("vfs", 0x400030, false, "same+0x10");
	says("vfs", 0x40001f, false, "_start+0x1f");
	says("empty", 0x400000, false, "");
	says("last", ~0ul, false, "high+0xff");
	says("las", 0x400000, false, "");
	says("nobody", 0x400000, false, "");
}

/* Any content of the archive under that name: an answer fits, and nothing outside is read. */
static void test_damaged(void)
{
	unsigned long random = 1;

	for (int i = 0; i < 20000; i++) {
		size_t bytes = random_next(&random) % sizeof(table);
		char *copy = malloc(bytes + 1), got[SYMBOL_TEXT];
		memcpy(copy, table, bytes);
		for (int n = 0; n < 4 && bytes > 0; n++)
			copy[random_next(&random) % bytes] = " \nf-\0p4"[random_next(&random) % 7];
		char *exact = realloc(copy, bytes > 0 ? bytes : 1);
		symbol_find(exact, bytes, "vfs", 0x400000 + random_next(&random) % 512, i % 2, got,
			    sizeof(got));
		CHECK(strnlen(got, sizeof(got)) < sizeof(got));
		free(exact);
	}
	char got[SYMBOL_TEXT], line[300] = "program p\n0 ";
	memset(line + 12, 'x', 280);
	CHECK(symbol_find(line, sizeof(line) - 8, "p", 9, false, got, sizeof(got)));
	CHECK(strlen(got) < sizeof(got) && strstr(got, "+0x9"));
}

int main(void)
{
	test_table();
	test_damaged();
	return check_result("symbols");
}
