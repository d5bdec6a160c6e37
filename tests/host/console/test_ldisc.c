/* The line discipline: input, its echo, and the text that can be read. */
#include "check.h"
#include "lib/terminal/ldisc.h"
#include <stdlib.h>

#define RING_SIZE 4096u

static struct ldisc l;
static u8 bytes_memory[RING_SIZE], marks_memory[RING_SIZE / 8];
static char echoed[65536];
static size_t echoed_bytes;
static u32 interrupts, quits, stops;

static void echo(const char *bytes, size_t count)
{
	if (echoed_bytes + count <= sizeof(echoed)) {
		memcpy(echoed + echoed_bytes, bytes, count);
		echoed_bytes += count;
	}
}

static void signalled(enum ldisc_signal signal)
{
	interrupts += signal == LDISC_INTERRUPT;
	quits += signal == LDISC_QUIT;
	stops += signal == LDISC_STOP;
}

static void fresh(bool raw)
{
	memset(&l, 0, sizeof(l));
	l.echo = echo;
	l.signalled = signalled;
	l.joins = true;
	l.settings = raw ? settings_raw() : settings_cooked();
	l.ready.byte = bytes_memory;
	l.ready.mark = marks_memory;
	l.ready.size = RING_SIZE;
	echoed_bytes = interrupts = quits = stops = 0;
}

static void type(const char *text)
{
	ldisc_type(&l, text, strlen(text));
}

/* Reads with a size; -1 if it would wait. */
static int read_now(char *to, size_t size)
{
	struct ldisc_take take = ldisc_peek(&l, to, size);

	if (!take.ready)
		return -1;
	ldisc_consume(&l, take);
	return (int)take.bytes;
}

static void expect_read(int line, size_t size, const char *want)
{
	char *got = malloc(size + 1); /* of exactly this size, for the sanitizer */
	int bytes = read_now(got, size);

	if (bytes < 0)
		printf("%s:%d: nothing to read, expected \"%s\"\n", __FILE__, line, want),
			check_failures++;
	else
		check_bytes(__FILE__, line, "read", got, (size_t)bytes, want, strlen(want));
	free(got);
}

#define READ(size, want) expect_read(__LINE__, size, want)
#define ECHOED(want) (CHECK_BYTES("echo", echoed, echoed_bytes, want), echoed_bytes = 0)

static void expect_wait(int line)
{
	char to[1];

	if (read_now(to, 1) >= 0)
		printf("%s:%d: the read should wait\n", __FILE__, line), check_failures++;
}
#define WAITS() expect_wait(__LINE__)

static void test_lines(void)
{
	fresh(false);
	type("ls");
	WAITS();
	type("\r");
	ECHOED("ls\n");
	type("a\nb\r\nc");
	READ(100, "ls\n");
	READ(100, "a\n");
	READ(100, "b\n"); /* CR LF is one end of line */
	WAITS();
	type("\n\n\r\r");
	READ(100, "c\n");
	READ(100, "\n");
	READ(100, "\n");
	READ(100, "\n");
	WAITS();
	type("hello\n");
	READ(2, "he");
	READ(0, "");
	READ(4, "llo\n");
	WAITS();
}

static void test_editing(void)
{
	fresh(false);
	type("abc\177d\bX");
	ECHOED("abc\b \bd\b \bX");
	type("\n");
	READ(100, "abX\n");
	echoed_bytes = 0;
	type("\177\b");
	ECHOED("");
	type("a\xc3\xa9\177");
	ECHOED("a\xc3\xa9\b \b");
	type("\xe2\x94\x80\177\177\n");
	READ(100, "\n");
	echoed_bytes = 0;
	type("one two  \027");
	ECHOED("one two  \b \b\b \b\b \b\b \b\b \b");
	type("\n");
	READ(100, "one \n");
	echoed_bytes = 0;
	type("x\001\025");
	ECHOED("x^A\b \b\b \b\b \b");
	type("\t\177\n");
	ECHOED(" \b \b\n");
	READ(100, "\n");
}

static void test_controls(void)
{
	fresh(false);
	type("abc\003def\n");
	ECHOED("abc^C\ndef\n");
	CHECK(interrupts == 1);
	READ(100, "def\n");
	type("\004");
	READ(100, ""); /* end of file, once */
	WAITS();
	type("ab\004");
	READ(100, "ab");
	WAITS();
	type("ab\004");
	READ(2, "ab"); /* exactly full: the mark goes with it, no end of file follows */
	WAITS();
	type("ab\004");
	READ(1, "a");
	READ(1, "b");
	WAITS();
	type("a\n\004b\n");
	READ(100, "a\n");
	READ(100, "");
	READ(100, "b\n");
}

static void test_raw(void)
{
	fresh(true);
	type("a\r\n\003\004\177");
	ECHOED("");
	CHECK(interrupts == 0);
	READ(2, "a\r");
	READ(100, "\n\003\004\177");
	WAITS();
	ldisc_set_raw(&l, false);
	type("one\ntw\004hal");
	ldisc_set_raw(&l, true);
	READ(100, "one\ntwhal"); /* lines, the mark's bytes and the half line */
	WAITS();
	ldisc_set_raw(&l, false);
	type("\004");
	ldisc_set_raw(&l, true);
	WAITS(); /* a ^D typed before is not a byte */
	type("x");
	READ(100, "x");
	type("a\nb");
	ldisc_set_raw(&l, false);
	READ(100, "a\n");
	READ(100, "b");
}

static void test_limits(void)
{
	fresh(false);
	for (u32 i = 0; i < LDISC_LINE_MAX; i++)
		type("x");
	echoed_bytes = 0;
	type("yz");
	ECHOED("\a"); /* once, and one message at the end */
	type("\n");
	ECHOED("\n[2 bytes dropped: a line ends at 890]\n");
	char to[2000];
	CHECK(read_now(to, sizeof(to)) == LDISC_LINE_MAX + 1);
	u32 lines = 0;
	for (u32 i = 0; i < RING_SIZE; i++)
		type("q\n"); /* more than fits: the rest is refused, nothing is cut */
	while (read_now(to, sizeof(to)) == 2 && to[0] == 'q' && to[1] == '\n')
		lines++;
	CHECK(lines == RING_SIZE / 2);
	fresh(false);
	for (u32 i = 0; i < RING_SIZE / 2 - 1; i++)
		type("q\n");
	type("ab\n"); /* room for the line but not for its end: it stays to be edited */
	CHECK(ring_free(&l.ready) == 2 && l.length == 2 && ldisc_room(&l) == 0);
	echoed_bytes = 0;
	type("\177\n");
	ECHOED("\b \b\n[1 typed bytes dropped: no program has read those before]\n");
	CHECK(ring_free(&l.ready) == 0 && l.length == 0);
	fresh(true);
	for (u32 i = 0; i < RING_SIZE + 10; i++)
		type("r");
	ECHOED("\a");
	CHECK(read_now(to, 1) == 1 && ring_used(&l.ready) == RING_SIZE - 1);
	type("r");
	ECHOED("[10 typed bytes dropped: no program has read those before]\n");
	CHECK(read_now(to, 1) == 1);
	l.ready.head = l.ready.tail = 0xfffffff0u; /* the counters wrap */
	type("0123456789012345678901234567890123456789");
	READ(100, "0123456789012345678901234567890123456789");
}

/* ---- Settings ---- */

static void set(u32 add, u32 remove)
{
	struct settings s = l.settings;

	s.local = (s.local | add) & ~remove;
	ldisc_set(&l, &s);
}

static void test_signals(void)
{
	fresh(false);
	type("one\ntwo\034x\032y\n");
	ECHOED("one\ntwo^\\\nx^Z\ny\n");
	CHECK(quits == 1 && stops == 1 && interrupts == 0);
	READ(100, "y\n"); /* the lines before went with the signal */
	WAITS();
	set(TTY_NOFLSH, 0);
	type("kept\nhalf\003 line\n");
	READ(100, "kept\n");
	READ(100, "half line\n");
	CHECK(interrupts == 1);
	set(0, TTY_ISIG);
	type("\003\n");
	READ(100, "\003\n");
	l.settings.special[TTY_VINTR] = 'x';
	set(TTY_ISIG, TTY_NOFLSH);
	type("\003x\n");
	READ(100, "\n");
	CHECK(interrupts == 2);
	l.settings.special[TTY_VINTR] = 0; /* switched off */
	ldisc_type(&l, "x\0\n", 3);
	char got[10];
	CHECK(read_now(got, 10) == 3 && memcmp(got, "x\0\n", 3) == 0 && interrupts == 2);
	/* Without canonical mode, too: the bytes that were typed before go. */
	fresh(true);
	set(TTY_ISIG, 0);
	type("ab\032cd");
	CHECK(stops == 1);
	READ(100, "cd");
}

static void test_input_flags(void)
{
	fresh(false);
	l.joins = false;
	type("a\r\nb\n");
	READ(100, "a\n");
	READ(100, "\n"); /* as POSIX has it */
	READ(100, "b\n");
	l.settings.input = TTY_IGNCR;
	type("a\r\n");
	READ(100, "a\n");
	l.settings.input = TTY_INLCR;
	type("a\nb\004");
	READ(100, "a\rb");
	l.settings.input = 0;
	type("a\rb\n");
	READ(100, "a\rb\n");
	l.settings.input = TTY_ISTRIP;
	type("\xe1\n");
	READ(100, "a\n");
}

static void test_echo_flags(void)
{
	fresh(false);
	set(0, TTY_ECHO);
	type("secret\177\n");
	ECHOED("");
	READ(100, "secre\n");
	set(TTY_ECHONL, 0);
	type("x\003y\n");
	ECHOED("\n");
	READ(100, "y\n");
	set(TTY_ECHO, TTY_ECHOE | TTY_ECHOCTL);
	type("ab\177\025");
	ECHOED("ab\177\025\n");
	fresh(true);
	set(TTY_ECHO | TTY_ECHOCTL, 0);
	type("a\033\r");
	ECHOED("a^[^M");
	READ(100, "a\033\r");
}

static void test_special_characters(void)
{
	fresh(false);
	l.settings.special[TTY_VEOL] = ';';
	type("a;b\004c");
	ECHOED("a;bc");
	READ(100, "a;");
	READ(100, "b");
	WAITS();
	type("\n");
	READ(100, "c\n");
	type("a\026\003\026\n\026\004b\n");
	CHECK(interrupts == 0);
	READ(100,
	     "a\003\n"); /* a newline that was quoted ends a read, too: it is a byte of the text */
	READ(100, "\004b\n");
	echoed_bytes = 0;
	type("x\001\022\025\n");
	ECHOED("x^A^R\nx^A\b \b\b \b\b \b\n");
	READ(100, "\n");
	set(0, TTY_IEXTEN);
	type("a\022\026\027\b\n");
	READ(100, "a\022\026\027\b\n");
	l.settings.special[TTY_VERASE] = '\b';
	type("a\177b\b\n");
	READ(100, "a\177\n");
}

/* 11.1.7, cases A to D. */
static void test_min_and_time(void)
{
	char got[8];
	struct ldisc_take take;

	fresh(true);
	l.settings.special[TTY_VMIN] = 3; /* B: VMIN alone */
	type("ab");
	CHECK(!ldisc_is_readable(&l) && !ldisc_peek(&l, got, 8).ready &&
	      ldisc_peek(&l, got, 8).tenths == 0);
	READ(2, "ab"); /* no read can have more */
	type("abcd");
	CHECK(ldisc_is_readable(&l));
	READ(8, "abcd");
	l.settings.special[TTY_VTIME] = 5; /* A: both */
	take = ldisc_peek(&l, got, 8);
	CHECK(!take.ready && take.tenths == 0); /* the time begins with the first byte */
	type("a");
	take = ldisc_peek(&l, got, 8);
	CHECK(!take.ready && take.tenths == 5 && take.bytes == 1 && ldisc_is_readable(&l));
	type("bc");
	READ(8, "abc");
	l.settings.special[TTY_VMIN] = 0; /* C: VTIME alone, from the beginning of the read */
	take = ldisc_peek(&l, got, 8);
	CHECK(!take.ready && take.tenths == 5 && !ldisc_is_readable(&l));
	type("a");
	READ(8, "a");
	l.settings.special[TTY_VTIME] = 0; /* D: neither */
	READ(8, "");
	CHECK(!ldisc_is_readable(&l));
	type("a");
	READ(8, "a");
}

/* A byte that is taken has room, its echo is as long as stated at most, and a signal is always taken. */
static void test_takes(void)
{
	unsigned long state = 0x7a4e;
	u32 refused = 0;

	fresh(false);
	for (u32 i = 0; i < 200000; i++) {
		char c = (char)(random_next(&state) % 7 ? 'a' + random_next(&state) % 26
							: random_next(&state) % 32);
		bool takes = ldisc_takes(&l, c);
		u32 most = ldisc_echo_most(&l, c);
		CHECK(takes || l.literal || (c != 3 && c != 26 && c != 28 && c != 21));
		if (c == 3 || c == 26 || c == 28)
			continue;
		refused += !takes;
		echoed_bytes = 0;
		if (takes)
			ldisc_type(&l, &c, 1);
		CHECK(l.dropped == 0 && most <= LDISC_ECHO_MOST);
		size_t lines = 0;
		for (size_t at = 0; at < echoed_bytes; at++)
			lines += echoed[at] == '\n';
		CHECK(echoed_bytes + lines <= most);
		char got[900];
		if (!takes && random_next(&state) % 50 == 0)
			while (read_now(got, sizeof(got)) > 0)
				;
	}
	CHECK(refused > 100);
}

static void test_output(void)
{
	struct settings s = settings_cooked();
	char to[8];
	size_t count = 4;

	CHECK(settings_post(&s, "a\nb\n", &count, to, 8) == 6 && count == 4 &&
	      memcmp(to, "a\r\nb\r\n", 6) == 0);
	count = 4;
	CHECK(settings_post(&s, "abc\n", &count, to, 4) == 3 &&
	      count == 3); /* a newline is not cut in two */
	s.output = TTY_OPOST | TTY_OCRNL;
	count = 3;
	CHECK(settings_post(&s, "\r\nx", &count, to, 8) == 3 && memcmp(to, "\n\nx", 3) == 0);
	s.output = TTY_ONLCR | TTY_OCRNL;
	count = 2;
	CHECK(settings_post(&s, "\r\n", &count, to, 8) == 2 && memcmp(to, "\r\n", 2) == 0);
}

/* A device that gives no more than there is room for loses nothing, whatever the reader does. */
static void test_room(void)
{
	unsigned long state = 0x500e;
	u32 typed = 0, read = 0, full = 0;

	fresh(false);
	while (read < 100000) {
		char bytes[64], got[900];
		u32 room = MIN(ldisc_room(&l), (u32)sizeof(bytes));
		for (u32 i = 0; i < room; i++, typed++)
			bytes[i] = typed % 61 == 60 ? '\n' : (char)('a' + typed % 26);
		ldisc_type(&l, bytes, room);
		full += room == 0;
		int count = random_next(&state) % 3 && room ? 0 : read_now(got, sizeof(got));
		for (int i = 0; i < count; i++, read++)
			CHECK(got[i] == (read % 61 == 60 ? '\n' : (char)('a' + read % 26)));
	}
	CHECK(full > 0 && l.dropped == 0 && l.cut == 0);
}

/* Against a model: in raw mode every byte typed comes out, in order, whatever the sizes. */
static void test_raw_fuzz(void)
{
	unsigned long state = 0x5eed;
	u8 next_in = 0, next_out = 0;

	fresh(true);
	for (u32 i = 0; i < 100000; i++) {
		char bytes[64];
		size_t count = random_next(&state) % sizeof(bytes);
		if (ring_free(&l.ready) >= count) {
			for (size_t at = 0; at < count; at++)
				bytes[at] = (char)next_in++;
			ldisc_type(&l, bytes, count);
		}
		int got = read_now(bytes, random_next(&state) % sizeof(bytes));
		for (int at = 0; at < got; at++)
			CHECK((u8)bytes[at] == next_out++);
	}
}

/* Any bytes, modes switched at random: a read never returns more than was asked for, nor two lines. */
static void test_fuzz(void)
{
	unsigned long state = 0x5eed;

	fresh(false);
	for (u32 i = 0; i < 200000; i++) {
		char bytes[32];
		size_t count = random_next(&state) % sizeof(bytes);
		for (size_t at = 0; at < count; at++)
			bytes[at] = (char)(random_next(&state) % 5 ? random_next(&state) % 32
								   : random_next(&state));
		ldisc_type(&l, bytes, count);
		size_t size = random_next(&state) % sizeof(bytes);
		int got = read_now(bytes, size);
		CHECK(got <= (int)size);
		char *end =
			got > 0 && ldisc_is_canonical(&l) ? memchr(bytes, '\n', (size_t)got) : NULL;
		CHECK(!end || end == bytes + got - 1);
		CHECK(l.length <= LDISC_LINE_MAX && ring_used(&l.ready) <= RING_SIZE);
		if (random_next(&state) % 50 == 0)
			ldisc_set_raw(&l, ldisc_is_canonical(&l));
	}
}

int main(void)
{
	test_lines();
	test_editing();
	test_controls();
	test_raw();
	test_limits();
	test_signals();
	test_input_flags();
	test_echo_flags();
	test_special_characters();
	test_min_and_time();
	test_takes();
	test_output();
	test_room();
	test_raw_fuzz();
	test_fuzz();
	return check_result("ldisc");
}
