/* Small pure parts of the shell: arguments, lengths of time, and spools. */
#include "tests/host/check.h"
#include "user/shell/arguments.h"
#include "user/shell/duration.h"
#include "user/shell/spool.h"

static const struct {
	struct accepted accepted;
	const char *line;
	enum arguments_result result;
	const char *options, *value, *operands; /* operands joined by '|' */
} cases[] = {
	{{"", 0, 0}, "c", ARGUMENTS_OK, "", NULL, ""},
	{{"", 0, 0}, "c x", ARGUMENTS_WRONG, "", NULL, NULL},
	{{"", 0, 0}, "c -x", ARGUMENTS_WRONG, "", NULL, NULL},
	{{NULL, 0, 0}, "c --help", ARGUMENTS_HELP, "", NULL, NULL},
	{{"l", 0, 9}, "c -l --help", ARGUMENTS_HELP, "", NULL, NULL},
	{{"l", 0, 9}, "c x --help", ARGUMENTS_OK, "", NULL, "x|--help"},
	{{"l", 0, 9}, "c --longer", ARGUMENTS_WRONG, "", NULL, NULL},
	{{"alZ", 0, 9}, "c -la -Z x -l", ARGUMENTS_OK, "alZ", NULL, "x|-l"},
	{{"l", 0, 9}, "c -lx", ARGUMENTS_WRONG, "", NULL, NULL},
	{{"l", 0, 9}, "c -l -- -l", ARGUMENTS_OK, "l", NULL, "-l"},
	{{"l", 0, 9}, "c - -l", ARGUMENTS_OK, "", NULL, "-|-l"},
	{{"n:t", 0, 9}, "c -n 5 x", ARGUMENTS_OK, "n", "5", "x"},
	{{"n:t", 0, 9}, "c -n5 x", ARGUMENTS_OK, "n", "5", "x"},
	{{"n:t", 0, 9}, "c -tn -t", ARGUMENTS_OK, "nt", "-t", ""},
	{{"n:t", 0, 9}, "c -n", ARGUMENTS_WRONG, "", NULL, NULL},
	{{"n:t", 0, 9}, "c -:", ARGUMENTS_WRONG, "", NULL, NULL},
	{{"", 1, 2}, "c", ARGUMENTS_WRONG, "", NULL, NULL},
	{{"", 1, 2}, "c 1 2", ARGUMENTS_OK, "", NULL, "1|2"},
	{{"", 1, 2}, "c 1 2 3", ARGUMENTS_WRONG, "", NULL, NULL},
	{{NULL, 0, ARGUMENTS_MANY}, "c -n -- x", ARGUMENTS_OK, "", NULL, "-n|--|x"},
};

static void test_arguments(void)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char line[64], joined[64] = "", *words[16];
		u32 count = 0;
		struct arguments a;
		strcpy(line, cases[i].line);
		for (char *w = strtok(line, " "); w != NULL; w = strtok(NULL, " "))
			words[count++] = w;
		words[count] = NULL;
		enum arguments_result result =
			arguments_parse(&cases[i].accepted, count, words, &a);
		bool good = result == cases[i].result;
		if (good && result == ARGUMENTS_OK) {
			for (u32 n = 0; n < a.count; n++)
				sprintf(joined + strlen(joined), "%s%s", n ? "|" : "", a.word[n]);
			u32 given = 0;
			for (const char *l = cases[i].options; *l; l++)
				given += arguments_have(&a, *l);
			good = strcmp(joined, cases[i].operands) == 0 && !a.word[a.count] &&
			       given == strlen(cases[i].options) &&
			       (u32)__builtin_popcountll(a.options) == given &&
			       !a.value == !cases[i].value &&
			       (!a.value || strcmp(a.value, cases[i].value) == 0);
		}
		if (!good) {
			printf("arguments <%s>: %d, <%s>\n", cases[i].line, result, joined);
			check_failures++;
		}
	}
}

static bool parses(const char *text, u64 *ms)
{
	return duration_parse(text, text + strlen(text), ms);
}

static void test_durations(void)
{
	static const char *const wrong[] = {
		"",         ".",       "x",
		"1x",       "-1",      "1.2.3",
		"1.2345",   "3600001", "99999999999999999999999",
		"3600000.1"};
	u64 ms;

	CHECK(parses("2", &ms) && ms == 2000);
	CHECK(parses("0", &ms) && ms == 0);
	CHECK(parses("0.5", &ms) && ms == 500);
	CHECK(parses(".25", &ms) && ms == 250);
	CHECK(parses("1.", &ms) && ms == 1000);
	CHECK(parses("60.001", &ms) && ms == 60001);
	CHECK(parses("3600000", &ms) && ms == DURATION_MAX_MS);
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		CHECK(!parses(wrong[i], &ms));
}

/* Several spools at once are what simple queues are, and the store is whole at the end. */
static void test_spools(unsigned long seed)
{
	static u8 queue[4][SPOOL_BYTES], bytes[5000], got[5000];
	size_t from[4] = {0}, to[4] = {0}, all = spool_room();
	struct spool s[4] = {0};
	unsigned long state = seed;
	bool was_full = false;

	for (int round = 0; round < 20000; round++) {
		u32 n = random_next(&state) % 4;
		size_t length = random_next(&state) % sizeof(bytes);
		if (random_next(&state) % 5 < 3 - (u32)(round / 1000 % 2)) {
			for (size_t i = 0; i < length; i++)
				bytes[i] = (u8)random_next(&state);
			size_t taken = spool_write(&s[n], bytes, length);
			CHECK(taken == length || spool_room() == 0);
			was_full |= taken < length;
			for (size_t i = 0; i < taken; i++)
				queue[n][to[n]++ % SPOOL_BYTES] = bytes[i];
		} else if (random_next(&state) % 50 == 0) {
			spool_clear(&s[n]);
			from[n] = to[n];
		} else {
			size_t there = spool_read(&s[n], got, length);
			CHECK(there == (length < to[n] - from[n] ? length : to[n] - from[n]));
			for (size_t i = 0; i < there; i++)
				CHECK(got[i] == queue[n][from[n]++ % SPOOL_BYTES]);
		}
	}
	for (u32 n = 0; n < 4; n++)
		spool_clear(&s[n]);
	CHECK(was_full && spool_room() == all && all == SPOOL_BYTES);
	CHECK(spool_read(&s[0], got, 1) == 0);
}

int main(int count, char **words)
{
	unsigned long seed = count > 1 ? strtoul(words[1], NULL, 0) : 1;

	printf("seed %lu\n", seed);
	test_arguments();
	test_durations();
	test_spools(seed);
	return check_result("pieces");
}
