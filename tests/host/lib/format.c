/* Compares format with the host's snprintf, for the conversions that both have, and tests those that only ours has. */
#include "lib/microk/print.h"
#include "tests/host/lib/check.h"
#include <ctype.h>
#include <limits.h>
#include <string.h>

#define SAME(...)                                                                                  \
	do {                                                                                       \
		char ours[200], theirs[200];                                                       \
		size_t room = below(3) ? sizeof(ours) : below(20);                                 \
		memset(ours, 'z', sizeof(ours));                                                   \
		memset(theirs, 'z', sizeof(theirs));                                               \
		int our_length = format(ours, room, __VA_ARGS__);                                  \
		int their_length = snprintf(theirs, room, __VA_ARGS__);                            \
		if (our_length != their_length || memcmp(ours, theirs, sizeof(ours))) {            \
			fprintf(stderr, "%d \"%.*s\" but %d \"%.*s\"\n", our_length, 190, ours,    \
				their_length, 190, theirs);                                        \
			exit(1);                                                                   \
		}                                                                                  \
	} while (0)

#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
#pragma GCC diagnostic ignored "-Wformat-truncation"

static uint64_t number(void)
{
	static const uint64_t edges[] = {
		0,        1,         9,         10,        INT_MAX,   1ul << 31,
		UINT_MAX, 1ul << 32, INT64_MAX, 1ul << 63, UINT64_MAX};
	return below(2) ? edges[below(11)] : below(UINT64_MAX) >> below(64);
}

static void compare_one(void)
{
	static const char letters[] = "duxXi";
	static const char *const flags[] = {"", "-", "0", "-0"};
	static const char *const lengths[] = {"", "l", "z"};
	char f[32];

	uint64_t n = number();
	const char *length = lengths[below(3)];

	snprintf(f, sizeof(f), below(2) ? "%%%s%d%s%c|" : "<%%%s%.0d%s%c>", flags[below(4)],
		 (int)below(30), length, letters[below(5)]);
	if (length[0])
		SAME(f, n);
	else
		SAME(f, (unsigned)n);
	snprintf(f, sizeof(f), "%%%s%d.%ds|%%c%%%%%%s", below(2) ? "-" : "", (int)below(30),
		 (int)below(12));
	SAME(f, "0123456789", 'c', "");
	/* SAME evaluates its arguments twice. */
	int width = (int)below(20) - 10, left = (int)below(20), precision = (int)below(12) - 2;
	SAME("%*d %-*x %.*s.", width, (int)n, left, (unsigned)n, precision, "abcdefgh");
	SAME("%-20p|", (void *)(n | 1));
}

/* Any name can be shown whole, and nothing after it changes. */
static void compare_names(void)
{
	char name[16], was[16];
	size_t bytes = below(17), end = 0;

	for (size_t i = 0; i < sizeof(name); i++)
		name[i] = (char)(below(4) ? ' ' - 2 + below(98) : below(256));
	memcpy(was, name, sizeof(was));
	printable(name, bytes);
	for (; end < bytes && was[end]; end++)
		CHECK(name[end] == (isprint((unsigned char)was[end]) ? was[end] : '?'));
	CHECK(!memcmp(name + end, was + end, sizeof(name) - end));
}

static void ours(const char *want, const char *fmt, ...)
{
	char got[64];
	va_list args;

	va_start(args, fmt);
	CHECK(vformat(got, sizeof(got), fmt, args) == (int)strlen(want));
	va_end(args);
	if (strcmp(got, want)) {
		fprintf(stderr, "\"%s\", not \"%s\"\n", got, want);
		exit(1);
	}
}

int main(int argc, char **argv)
{
	CHECK(argc == 2);
	seed(argv[1]);
	for (int i = 0; i < 20000; i++)
		compare_one(), compare_names();
	ours("1,234,567", "%'u", 1234567);
	ours("-1,000", "%'d", -1000);
	ours("999", "%'lu", 999ul);
	ours("18,446,744,073,709,551,615", "%'lu", UINT64_MAX);
	ours("  1,000|", "%'7lu|", 1000ul);
	ours("(null)", "%s", NULL);
	ours("%k %", "%k %", 1); /* an unknown conversion is shown */
	CHECK(format(NULL, 0, "%d", 12345) == 5);
	return 0;
}
