/* Exercise 4.4, line discipline: keys are typed, the screen is looked at, and lines are read. */
#include "ldisc_fakes.h"
#include "unit.h"
#include <stdio.h>
#include <string.h>

#define AT_ENTER                                                                                   \
	"a line is readable when its end is typed, whole and with that end; until then it "        \
	"belongs to the terminal"
#define ONE_LINE "a read returns one line at most, however much it has room for"
#define END_OF_FILE                                                                                \
	"VEOF (LDISC_END in the ring) is not read: it ends this read, and without bytes before "   \
	"it "                                                                                      \
	"that is the end of the file"
#define WHOLE_CHARACTER "a character of UTF-8 goes with all its bytes: the last ones are 10xxxxxx"
#define ON_THE_SCREEN                                                                              \
	"each character that is removed: one column back, a blank, one column back; two columns "  \
	"for ^X"
#define NOTHING_LEFT "an empty line has nothing to be erased"
#define WHILE_THERE_IS_ROOM                                                                        \
	"without room for all of it and its end, the line stays as it is: drop(l, 1)"

static ASKED char typed[4096];

static void type_bytes(const char *bytes, u64 count)
{
	memcpy(typed, bytes, count);
	keys(typed, count);
}

static void type(const char *bytes)
{
	type_bytes(bytes, strlen(bytes));
}

/* Whether plain lines come through: only then is a failure about anything else, and its cause is stated. */
static bool plain_lines;

static bool comes(const char *line)
{
	type(line);
	type("\r");
	read_bytes(100);
	return taken.ready && taken.bytes == 2 && got[0] == line[0] && got[1] == '\n';
}

static void begin(void)
{
	begin_terminal(RING_UNITS);
	plain_lines = comes("y") && comes("z");
	begin_terminal(RING_UNITS);
}

static const char *if_plain(const char *cause)
{
	return plain_lines || (cause && !strcmp(cause, AT_ENTER)) ? cause : NULL;
}

/* A text that may have control bytes, in a readable form. */
static const char *plain(const char *bytes, u64 count)
{
	static char room[4][600];
	static u32 turn;
	char *to = room[turn++ % 4];
	u64 used = 0;

	for (u64 i = 0; i < count && used < 500; i++) {
		u8 c = (u8)bytes[i];
		used += (u64)sprintf(to + used, c < 0x20 || c >= 0x7f ? "\\x%02x" : "%c", c);
	}
	to[used] = 0;
	return text("\"%s\"", to);
}

static void want_read(u64 size, const char *wanted, const char *cause)
{
	read_bytes(size);
	WANT(taken.ready, if_plain(cause),
	     text("a read of %lu bytes returns %s", size, plain(wanted, strlen(wanted))),
	     "it has to wait");
	WANT(taken.bytes == strlen(wanted) && !memcmp(got, wanted, taken.bytes), if_plain(cause),
	     text("a read of %lu bytes returns %s", size, plain(wanted, strlen(wanted))),
	     plain(got, taken.bytes));
}

static void want_wait(const char *cause)
{
	read_bytes(100);
	WANT(!taken.ready, if_plain(cause), "a read has to wait", plain(got, taken.bytes));
}

/* Since the last look. */
static void want_shown(const char *what, const char *wanted, const char *cause)
{
	WANT(shown == strlen(wanted) && !memcmp(screen, wanted, shown), if_plain(cause),
	     text("the screen shows of %s: %s", what, plain(wanted, strlen(wanted))),
	     plain(screen, shown));
	shown = 0;
}

/* ---- the checks ---- */
static void at_enter(void)
{
	begin();
	type("hello");
	want_wait(AT_ENTER);
	type("\r");
	want_read(100, "hello\n", AT_ENTER);
	want_wait("a line is read once");
	type("\r");
	want_read(100, "\n", AT_ENTER);
}

static void echo(void)
{
	begin();
	type("ab");
	want_shown("a and b", "ab", NULL);
	type("\r");
	want_shown("Enter", "\n", "commit() shows the newline");
	type("\x04");
	want_shown("VEOF", "", "VEOF is not shown");
	terminal.settings.local &= ~TTY_ECHO;
	type("secret\r");
	want_shown("a line without ECHO", "",
		   "line_show and line_echo ask for ECHO; the newline needs it, too");
	terminal.settings.local |= TTY_ECHONL;
	type("secret\r");
	want_shown("one with ECHONL", "\n", "ECHONL shows the newline, and nothing else");
}

static void one_line(void)
{
	begin();
	type("one\rtwo\rthr");
	want_read(100, "one\n", ONE_LINE);
	want_read(100, "two\n", ONE_LINE);
	want_wait(AT_ENTER);
}

static void in_parts(void)
{
	begin();
	type("abcdef\rg\r");
	want_read(4, "abcd", "a read takes as much of the line as it has room for");
	want_read(2, "ef", "and the next one goes on there");
	want_read(5, "\n", ONE_LINE);
	want_read(2, "g\n", "a line that just fits");
	read_bytes(0);
	WANT(taken.ready && !taken.bytes, "a size of 0 is ready with no bytes",
	     "a read of 0 bytes returns", "it has to wait");
}

static void end_of_file(void)
{
	begin();
	type("\x04");
	want_read(100, "", END_OF_FILE);
	want_wait("the end of the file was read: it is taken out of the ring, too");
	type("abc\x04");
	want_read(100, "abc", END_OF_FILE);
	want_wait("a VEOF after text ends that read alone");
	type("abc\x04");
	want_read(3, "abc", END_OF_FILE);
	want_wait("the read is full, and so is its line: the VEOF that ends it goes with it");
	type("x\x04y\r");
	want_read(100, "x", END_OF_FILE);
	want_read(100, "y\n", END_OF_FILE);
}

static void other_end(void)
{
	begin();
	terminal.settings.special[TTY_VEOL] = ';';
	type("a;b\r");
	want_shown("a line that ends with VEOL, and one more", "a;b\n",
		   "an end that is a byte is shown like one");
	want_read(100, "a;", "VEOL ends a line, and is its last byte (RING_MARK with the byte)");
	want_read(100, "b\n", ONE_LINE);
}

static void erase(void)
{
	begin();
	type("abc");
	shown = 0;
	type("\x7f\x7f");
	want_shown("two erasures", "\b \b\b \b", ON_THE_SCREEN);
	type("x\r");
	want_read(100, "ax\n", NULL);
	shown = 0;
	type("\x7f");
	want_shown("an erasure of nothing", "", NOTHING_LEFT);
	type("a\x7f\x7f\x7f");
	want_shown("one letter, and three erasures", "a\b \b", NOTHING_LEFT);
	type("b\r");
	want_read(100, "b\n", NOTHING_LEFT);
}

static void characters(void)
{
	begin();
	type("a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
	shown = 0;
	for (u32 i = 0; i < 3; i++) {
		type("\x7f");
		want_shown("an erasure of a character of several bytes", "\b \b", ON_THE_SCREEN);
	}
	type("\r");
	want_read(100, "a\n", WHOLE_CHARACTER);
	type("\x80\x80\x7f\x7f"
	     "b\r");
	want_read(100, "b\n", "bytes 10xxxxxx without a first one: the line's beginning ends them");
}

static void controls(void)
{
	begin();
	type("\x01");
	want_shown("Ctrl-A", "^A", NULL);
	type("\x7f");
	want_shown("its erasure", "\b \b\b \b", ON_THE_SCREEN);
	type("\t");
	shown = 0;
	type("\x7f");
	want_shown("the erasure of a tab, which is shown as a blank", "\b \b", ON_THE_SCREEN);
}

static void words(void)
{
	begin();
	type("one two  three  ");
	shown = 0;
	type("\x17");
	want_shown(
		"Ctrl-W, of five letters and two blanks", "\b \b\b \b\b \b\b \b\b \b\b \b\b \b",
		"first the blanks at the end, and then all up to the next blank, each as by erase");
	type("\x17.\r");
	want_read(100, "one .\n", "first the blanks at the end, and then all up to the next blank");
	type("one\x17\x17\x17two\r");
	want_read(100, "two\n", NOTHING_LEFT);
	type("   \x17x\r");
	want_read(100, "x\n", NOTHING_LEFT);
}

static void without_columns(void)
{
	begin();
	terminal.settings.local &= ~TTY_ECHOE;
	type("ab");
	shown = 0;
	type("\x7f");
	want_shown("an erasure without ECHOE", "^?",
		   "the key is shown, as a terminal on paper does it");
	type("\x17");
	want_shown("Ctrl-W without ECHOE", "^W", "the key is shown once");
	type("\x7f\x17");
	want_shown("erasures of nothing without ECHOE", "", NOTHING_LEFT);
	terminal.settings.local &= ~TTY_ECHO;
	type("ab\x7f");
	want_shown("an erasure without ECHO", "", NULL);
	type("\r");
	want_read(100, "a\n", NULL);
}

static void no_room(void)
{
	begin();
	begin_terminal(64);
	fill(60);
	type("abc");
	shown = 0;
	type("\r");
	want_shown("Enter, with room for just the line and its end", "\n", "four units: all of it");
	empty_ring();
	fill(60);
	type("abcd");
	shown = 0;
	type("\r");
	want_shown("Enter, with one unit too few: the bell", "\a", WHILE_THERE_IS_ROOM);
	WANT_U64("units in the ring then", 60, ring_used(&terminal.ready), WHILE_THERE_IS_ROOM);
	WANT_U64("bytes of the line", 4, terminal.length, WHILE_THERE_IS_ROOM);
	empty_ring();
	type("\r");
	want_read(100, "abcd\n", WHILE_THERE_IS_ROOM);
	WANT(shown > 5 && memmem(screen, shown, "1 typed bytes dropped", 21),
	     "line_report_dropped(l), when there is room again",
	     "the screen shows: 1 typed bytes dropped", plain(screen, shown));
}

static void too_long(void)
{
	begin();
	for (u32 i = 0; i < LDISC_LINE_MAX + 7; i++)
		type("a");
	shown = 0;
	type("\r");
	WANT(memmem(screen, shown, "[7 bytes dropped", 16), "line_report_cut(l)",
	     "the screen shows after Enter: [7 bytes dropped", plain(screen, shown));
	read_bytes(2000);
	WANT_U64("bytes of the line", LDISC_LINE_MAX + 1, taken.bytes, NULL);
	shown = 0;
	type("a\r");
	want_shown("the next line", "a\n", NULL);
}

/* Lines at random, as a person sees them. */
static void at_random(void)
{
	static const char of[] = {'a', 'b', ' ', ' ', 0x7f, 0x7f, 0x17, '\r', 'c', '\xc3'};

	for (u32 round = 0; round < 300; round++) {
		char line[64], keys[64];
		u32 length = 0, count = 0;

		begin();
		for (u32 i = 0; i < 40; i++) {
			char c = of[unit_random(round * 41 + i) % sizeof(of)];
			if (c == '\r')
				continue;
			keys[count++] = c;
			if (c == '\xc3')
				keys[count++] = '\xa4';
			if (c == 0x7f && length) {
				length -= 1 + (line[length - 1] == '\xa4');
			} else if (c == 0x17) {
				while (length && line[length - 1] == ' ')
					length--;
				while (length && line[length - 1] != ' ')
					length--;
			} else if (c != 0x7f) {
				line[length++] = c;
				if (c == '\xc3')
					line[length++] = '\xa4';
			}
		}
		type_bytes(keys, count);
		type("\r");
		line[length++] = '\n';
		line[length] = 0;
		want_read(100, line, NULL);
	}
}

static void check_a(void)
{
	at_enter();
	one_line();
}

static void check_d(void)
{
	end_of_file();
	other_end();
}

static void check_e(void)
{
	erase();
	controls();
}

static void check_g(void)
{
	words();
	without_columns();
}

static void check_h(void)
{
	no_room();
	too_long();
}

static const struct unit_check checks[] = {
	{"4.4.a", check_a}, {"4.4.b", echo},    {"4.4.c", in_parts},
	{"4.4.d", check_d}, {"4.4.e", check_e}, {"4.4.f", characters},
	{"4.4.g", check_g}, {"4.4.h", check_h}, {"4.4.i", at_random},
};
UNIT_MAIN(checks)
