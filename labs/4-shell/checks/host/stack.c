/* Exercise 4.2, initial stack: as the System V ABI has it (x86-64 supplement, 3.4.1). */
#include "stack_fakes.h"
#include "unit.h"
#include "microk/cap.h"
#include <string.h>

#define WORDS_MOST 1024u
#define ORDER                                                                                      \
	"the number of arguments, their addresses, NULL, the variables' addresses, NULL, the "     \
	"auxiliary vector"
#define ENDS "a NULL ends the addresses, even if there are none"
#define FOLLOW                                                                                     \
	"the variables follow the arguments: the second call goes on where the first one has "     \
	"ended"

static ASKED struct image image;
static u32 number;
static u64 put_at; /* in the strings */
static u32 string_count;
static u64 begins[WORDS_MOST + 8];

static void begin(void)
{
	memset(memory, UNIT_FILLED, sizeof(memory));
	memset(memory + (FIRST_STRING - MEMORY), 0, PROCESS_ARGUMENTS);
	image = (struct image){.entry = 0x401234, .headers = 0x400040, .header_count = 5};
	number = 100;
	put_at = FIRST_STRING;
	string_count = region_count = beyond = 0;
	regions_room = 4;
	peeks_left = pokes_left = ~0u;
	give_arguments();
}

static void add(const char *string)
{
	begins[string_count++] = put_at;
	memcpy(memory + (put_at - MEMORY), string, strlen(string) + 1);
	put_at += strlen(string) + 1;
}

static u64 word(u32 at)
{
	u64 value, place = stack - MEMORY + at * sizeof(u64);

	WANT(stack >= MEMORY && place + sizeof(u64) <= sizeof(memory), NULL,
	     text("word %u of the stack lies in the process's memory", at),
	     text("the stack begins at 0x%lx", stack));
	memcpy(&value, memory + place, sizeof(value));
	return value;
}

static void want_word(u32 at, u64 wanted, const char *what, const char *cause)
{
	WANT(word(at) == wanted, cause, text("word %u, %s: 0x%lx", at, what, wanted),
	     text("0x%lx", word(at)));
}

static void want_build(u32 arguments, u32 variables)
{
	WANT_STATUS(text("stack_build with %u arguments and %u variables", arguments, variables),
		    OK, build(&image, number, arguments, variables), NULL);
}

/* All up to the auxiliary vector. Returns the number of its first word. */
static u32 want_words(u32 arguments, u32 variables)
{
	u32 at = 0;

	want_word(at++, arguments, "number of arguments", ORDER);
	for (u32 i = 0; i < arguments; i++)
		want_word(at++, begins[i], text("address of argument %u", i), ORDER);
	want_word(at++, 0, "after the arguments", ENDS);
	for (u32 i = 0; i < variables; i++)
		want_word(at++, begins[arguments + i], text("address of variable %u", i), FOLLOW);
	want_word(at++, 0, "after the variables", ENDS);
	return at;
}

/* The value of an entry of the auxiliary vector. */
static u64 auxiliary(u32 at, u64 type)
{
	for (u32 i = 0; i < 20; i++, at += 2) {
		if (word(at) == type)
			return word(at + 1);
		if (!word(at))
			break;
	}
	unit_fail("add_auxiliary(word, image, random) writes the vector after the second NULL",
		  text("the auxiliary vector has an entry of type %lu", type), "none");
}

/* ---- the checks ---- */
static void arguments_only(void)
{
	begin();
	add("hello");
	add("one");
	add("a longer word");
	want_build(3, 0);
	want_words(3, 0);
}

static void with_variables(void)
{
	begin();
	add("env");
	add("PATH=/bin");
	add("HOME=/");
	add("TERM=xterm");
	want_build(1, 3);
	want_words(1, 3);
}

static void without_any(void)
{
	begin();
	want_build(0, 0);
	u32 at = want_words(0, 0);
	WANT_U64("page size in the auxiliary vector (type 6)", PAGE_SIZE, auxiliary(at, 6), NULL);
}

static void vector(void)
{
	begin();
	add("x");
	want_build(1, 0);
	u32 at = want_words(1, 0);
	WANT_U64("AT_ENTRY (9)", image.entry, auxiliary(at, 9), NULL);
	WANT_U64("AT_PHDR (3)", image.headers, auxiliary(at, 3), NULL);
	WANT_U64("AT_PHNUM (5)", 5, auxiliary(at, 5), NULL);
	u32 last = at;
	while (word(last))
		last += 2;
	want_word(last + 1, 0, "after the vector's last type, 0", NULL);
}

static void random_bytes(void)
{
	u8 before[16];

	for (u32 i = 0; i < 2; i++) {
		begin();
		number = 100 + i;
		add("x");
		add("y=1");
		want_build(1, 1);
		u64 place = auxiliary(want_words(1, 1), 25), end = stack;
		while (end < FIRST_STRING && word((u32)((end - stack) / 8)) != place)
			end += sizeof(u64);
		end += 3 * sizeof(u64); /* the vector ends with 0, 0 */
		WANT(place >= end && place + 16 <= FIRST_STRING,
		     "the random bytes have a place of their own between the words and the strings",
		     text("AT_RANDOM (25) leads to 16 bytes between 0x%lx and 0x%lx", end,
			  FIRST_STRING),
		     text("0x%lx", place));
		const u8 *bytes = memory + (place - MEMORY);
		bool written = false;
		for (u32 b = 0; b < 16; b++)
			written |= bytes[b] != UNIT_FILLED;
		WANT(written, "mix() makes them in top.random, and poke_all() writes them",
		     "16 random bytes there", "memory that nothing has written");
		WANT(!i || memcmp(before, bytes, 16), "the seed has the process's number in it",
		     "two processes have different random bytes", "the same");
		memcpy(before, bytes, 16);
	}
}

static void aligned(void)
{
	for (u32 arguments = 0; arguments < 9; arguments++) {
		begin();
		for (u32 i = 0; i < arguments; i++)
			add("word");
		want_build(arguments, 0);
		WANT_U64(text("stack pointer with %u arguments, modulo 16", arguments), 0,
			 stack % 16, "compilers rely on it: round down, so that nothing overlaps");
		want_words(arguments, 0);
	}
}

static void over_pages(void)
{
	static char string[3000];

	begin();
	memset(string, 'x', sizeof(string) - 1);
	for (u32 i = 0; i < 8; i++)
		add(string);
	add("the last");
	want_build(5, 4);
	want_words(5, 4);
	WANT_U64("accesses over the end of a page", 0, beyond,
		 "peek and poke reach one page: after its last byte comes another one");
}

static void empty_strings(void)
{
	begin();
	add("x");
	add("");
	add("");
	add("last");
	add("");
	want_build(4, 1);
	want_words(4, 1);
}

static void to_the_end(void)
{
	begin();
	memset(memory + (FIRST_STRING - MEMORY), 'x', PROCESS_ARGUMENTS);
	memory[sizeof(memory) - 1] = 0;
	begins[0] = FIRST_STRING;
	want_build(1, 0);
	want_words(1, 0);
}

static void too_few(void)
{
	begin();
	memset(memory + (FIRST_STRING - MEMORY), 'x', PROCESS_ARGUMENTS);
	enum microk_status status = build(&image, 100, 1, 0);
	WANT_STATUS(
		"stack_build, where the string has no end", ERR_ARG, status,
		status == OK ? "the caller states how many strings there are: fewer are an error"
			     : "PROCESS_STACK_TOP ends the strings: after it is other memory");
	begin();
	memset(memory + (FIRST_STRING - MEMORY), 'x', PROCESS_ARGUMENTS);
	memory[FIRST_STRING - MEMORY + 10] = 0;
	WANT_STATUS("stack_build with 1 argument and 1 variable, of which the second has no end",
		    ERR_ARG, build(&image, 100, 1, 1), NULL);
	WANT_U64("accesses outside of memory", 0, beyond, NULL);
}

static void too_many(void)
{
	static const u32 of[][2] = {
		{1025, 0}, {0, 1025}, {512, 513}, {~0u, 1}, {1, ~0u}, {~0u, ~0u}};

	for (u32 i = 0; i < ARRAY_LEN(of); i++) {
		begin();
		WANT_STATUS(
			text("stack_build with %u arguments and %u variables", of[i][0], of[i][1]),
			ERR_ARG, build(&image, 100, of[i][0], of[i][1]),
			"both together are at most WORDS_MAX, and their sum may go round");
	}
	begin();
	for (u32 i = 0; i < WORDS_MOST; i++)
		add(text("%u", i));
	want_build(600, 424);
	want_words(600, 424);
}

static void its_memory(void)
{
	begin();
	add("x");
	want_build(1, 0);
	WANT_U64("regions then: the strings', which were there, and the stack's", 2, region_count,
		 NULL);
	WANT_U64("end of the stack's region", FIRST_STRING,
		 regions[1].start + regions[1].pages * PAGE_SIZE,
		 "FIRST_PAGES below STACK_STRINGS");
	WANT_U64("its pages", 16, regions[1].pages, NULL);
	WANT_U64("its rights", RIGHT_READ | RIGHT_WRITE, regions[1].rights,
		 "a stack that could be executed is an invitation");
	region_count = 0;
	want_build(0, 0);
	WANT_U64("regions of a process without strings", 2, region_count,
		 "stack_make_arguments: the top of the stack lies there");
}

static void errors(void)
{
	begin();
	add("x");
	regions_room = 1;
	WANT_STATUS("stack_build without memory for the stack", ERR_MEMORY,
		    build(&image, 100, 1, 0), NULL);
	regions_room = 4, region_count = 1, peeks_left = 0;
	WANT_STATUS("stack_build, where the strings cannot be read", ERR_STATE,
		    build(&image, 100, 1, 0), "peek's status");
	peeks_left = ~0u, region_count = 1, pokes_left = 0;
	WANT_STATUS("stack_build, where nothing can be written", ERR_STATE,
		    build(&image, 100, 1, 0), "poke_all's status");
	region_count = 1, pokes_left = 1;
	WANT_STATUS("stack_build, where only the first of two can be written", ERR_STATE,
		    build(&image, 100, 1, 0), "poke_all's status, of both calls");
}

static void check_a(void)
{
	arguments_only();
	with_variables();
}

static void check_b(void)
{
	without_any();
	vector();
}

static void check_e(void)
{
	over_pages();
	empty_strings();
}

static void check_f(void)
{
	to_the_end();
	too_few();
}

static void check_h(void)
{
	its_memory();
	errors();
}

static const struct unit_check checks[] = {
	{"4.2.a", check_a}, {"4.2.b", check_b}, {"4.2.c", random_bytes}, {"4.2.d", aligned},
	{"4.2.e", check_e}, {"4.2.f", check_f}, {"4.2.g", too_many},     {"4.2.h", check_h},
};
UNIT_MAIN(checks)
