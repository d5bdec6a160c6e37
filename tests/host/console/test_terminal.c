/* The terminal: sequences, and the grid that each must leave. */
#include "screen.h"
#include "drivers/console/palette.h"
#include <stdlib.h>

static void fresh(void)
{
	terminal_init(&t, cells, COLUMNS, ROWS);
}

static void test_text(void)
{
	EXPECT("", "|||", 0, 0);
	EXPECT("ab\r\ncd", "ab|cd||", 2, 1);
	EXPECT("ab\ncd", "ab|  cd||", 4, 1);
	EXPECT("abc\b\bX", "aXc|||", 2, 0);
	EXPECT("a\tb\tc", "a       bc|||", 9, 0);
	EXPECT("\b\bx", "x|||", 1, 0);
	EXPECT("a\r\nb\r\nc\r\nd\r\ne", "b|c|d|e", 1, 3);
	EXPECT("\a\001x", "x|||", 1, 0);
}

static void test_wrap(void)
{
	EXPECT("0123456789", "0123456789|||", 9, 0);
	CHECK(t.cursor.wrap_pending);
	EXPECT("0123456789a", "0123456789|a||", 1, 1);
	EXPECT("0123456789\r\na", "0123456789|a||", 1, 1);
	EXPECT("0123456789\ba", "01234567a9|||", 9, 0);
	EXPECT("0123456789\033[Kx", "012345678x|||", 9, 0);
	EXPECT("\033[?7l0123456789ab", "012345678b|||", 9, 0);
	EXPECT("\033[4;1H0123456789a", "||0123456789|a", 1, 3);
}

static void test_movement(void)
{
	EXPECT("\033[3;5Hx", "||    x|", 5, 2);
	EXPECT("\033[2;2fx", "| x||", 2, 1);
	EXPECT("\033[99;99Hx", "|||         x", 9, 3);
	EXPECT("\033[0;0Hx", "x|||", 1, 0);
	EXPECT("\033[2;2H\033[Ax", " x|||", 2, 0);
	EXPECT("\033[2;2H\033[5Bx", "||| x", 2, 3);
	EXPECT("\033[2;2H\033[2Cx", "|   x||", 4, 1);
	EXPECT("\033[2;5H\033[2Dx", "|  x||", 3, 1);
	EXPECT("\033[9999C\033[9999D\033[9999B\033[9999Ax", "x|||", 1, 0);
	EXPECT("abc\033[2Ex", "abc||x|", 1, 2);
	EXPECT("\033[3;3H\033[Fx", "|x||", 1, 1);
	EXPECT("abc\033[2Gx\033[3dy", "axc||  y|", 3, 2);
	EXPECT("ab\0337\033[4;4Hx\0338c", "abc|||   x", 3, 0);
	EXPECT("ab\033[s\033[4;4Hx\033[uc", "abc|||   x", 3, 0);
	EXPECT("\033[1;9H\033[2Zx", "x|||", 1, 0);
	EXPECT("\033[1;10H\033[Zx", "        x|||", 9, 0);
}

static void test_erase(void)
{
	EXPECT("abcdef\033[1;3H\033[K", "ab|||", 2, 0);
	EXPECT("abcdef\033[1;3H\033[1K", "   def|||", 2, 0);
	EXPECT("abcdef\033[1;3H\033[2K", "|||", 2, 0);
	EXPECT("aaa\r\nbbb\r\nccc\033[2;2H\033[J", "aaa|b||", 1, 1);
	EXPECT("aaa\r\nbbb\r\nccc\033[2;2H\033[1J", "|  b|ccc|", 1, 1);
	EXPECT("aaa\r\nbbb\r\nccc\033[2;2H\033[2J", "|||", 1, 1);
	EXPECT("abcdef\033[1;2H\033[2X", "a  def|||", 1, 0);
	EXPECT("abcdef\033[1;2H\033[99X", "a|||", 1, 0);
	EXPECT("abc\033c", "|||", 0, 0);
	EXPECT("abc\033[7K\033[9J", "abc|||", 3, 0);
}

static void test_insert_delete(void)
{
	EXPECT("abcdef\033[1;3H\033[2@", "ab  cdef|||", 2, 0);
	EXPECT("0123456789\033[1;3H\033[3@", "01   23456|||", 2, 0);
	EXPECT("abcdef\033[1;3H\033[99@", "ab|||", 2, 0);
	EXPECT("abcdef\033[1;3H\033[2P", "abef|||", 2, 0);
	EXPECT("abcdef\033[1;3H\033[99P", "ab|||", 2, 0);
	EXPECT("a\r\nb\r\nc\r\nd\033[2;1H\033[L", "a||b|c", 0, 1);
	EXPECT("a\r\nb\r\nc\r\nd\033[2;1H\033[2M", "a|d||", 0, 1);
	EXPECT("a\r\nb\r\nc\r\nd\033[2;1H\033[99M", "a|||", 0, 1);
	EXPECT("a\r\nb\r\nc\r\nd\033[2;3r\033[1;1H\033[L\033[M", "a|b|c|d", 0, 0); /* outside */
	EXPECT("abc\033[1;1H\033[4hX\033[4l", "Xabc|||", 1, 0);
}

static void test_scrolling(void)
{
	EXPECT("a\r\nb\r\nc\r\nd\033[S", "b|c|d|", 1, 3);
	EXPECT("a\r\nb\r\nc\r\nd\033[2T", "||a|b", 1, 3);
	EXPECT("a\r\nb\r\nc\r\nd\033[2;3r\033[3;1H\n", "a|c||d", 0, 2);
	EXPECT("a\r\nb\r\nc\r\nd\033[2;3r\033[2;1H\033M", "a||b|d", 0, 1);
	EXPECT("a\r\nb\r\nc\r\nd\033[2;3r\033[4;1H\nx", "a|b|c|x", 1, 3);
	EXPECT("a\033[3;2rx", "ax|||", 2, 0); /* no region: refused, cursor stays after the a */
	EXPECT("a\033M\033[2;9Hx", "|a       x||", 9, 1);
	EXPECT("a\033Ex\033Dy", "a|x| y|", 2, 2);
}

static void test_utf8(void)
{
	EXPECT("\xc3\xa9x", "#x|||", 2, 0);
	CHECK(grid_row(terminal_grid(&t), 0)[0].code == 0xe9);
	EXPECT("\xe2\x94\x80\xf0\x9f\x98\x80", "##<|||", 3, 0);
	CHECK(grid_row(terminal_grid(&t), 0)[0].code == 0x2500);
	CHECK(grid_row(terminal_grid(&t), 0)[1].code == 0x1f600);
	EXPECT("\xc3x\xff\x80y", "#x##y|||", 5, 0);
	CHECK(grid_row(terminal_grid(&t), 0)[0].code == 0xfffd);
	EXPECT("\xe2\x94\033[2Cz", "#  z|||", 4, 0); /* a sequence ends a character cut short */
	EXPECT("\xc0\xafz", "##z|||", 3, 0);         /* overlong: two bytes that begin nothing */
	EXPECT("\xe0\x80\x80z\xed\xa0\x80z", "###z###z|||", 8,
	       0); /* overlong, surrogate: each byte alone */
	EXPECT("\xf0\x90\x80z\xf4\x90z", "#z##z|||", 5,
	       0);                           /* cut short: one for all bytes of it; too large */
	EXPECT("e\xcc\x81x", "#x|||", 2, 0); /* a combining accent takes no cell */
	CHECK(grid_row(terminal_grid(&t), 0)[0].code == 0xe9);
	EXPECT("q\xcc\x81x", "qx|||", 2, 0); /* without a character for both: the letter alone */
	EXPECT("\xcc\x81x", "x|||", 1, 0);
	EXPECT("012345678e\xcc\x81x", "012345678#|x||", 1, 1);
}

static void test_parser(void)
{
	EXPECT("\033]0;a title\ax", "x|||", 1, 0);
	EXPECT("\033]0;a title\033\\x", "x|||", 1, 0);
	EXPECT("\033P1$qm\033\\x", "x|||", 1, 0);
	EXPECT("\033]abc\033[2Cx", "  x|||", 3, 0); /* a string cut short by a sequence */
	EXPECT("\033(Bx\033)0y\033=z\033%Gw\033$(Bv", "xyzwv|||", 5, 0);
	EXPECT("\033[2\030Cx", "Cx|||", 2, 0);
	EXPECT("\033[2\r\nCx", "|  x||", 3, 1);
	EXPECT("\033[>4;2mx\033[?9999hy\033[!$pz\033[2 qw", "xyzw|||", 4, 0);
	EXPECT("\033[1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17;18Hx", " x|||", 2, 0);
	EXPECT("\033[999999999999Cx", "         x|||", 9, 0);
	EXPECT("\033\033[3Cx", "   x|||", 4, 0);
}

static struct cell cell_after(const char *text)
{
	fresh();
	type(text);
	return grid_row(terminal_grid(&t), 0)[0];
}

static void test_colours(void)
{
	struct cell c = cell_after("x");

	CHECK(c.attributes == (CELL_DEFAULT_FG | CELL_DEFAULT_BG));
	c = cell_after("\033[1;31;42mx");
	CHECK(c.fg == 1 && c.bg == 2 && c.attributes == CELL_BOLD);
	c = cell_after("\033[97;100mx");
	CHECK(c.fg == 15 && c.bg == 8);
	c = cell_after("\033[38;5;200;48;5;17mx");
	CHECK(c.fg == 200 && c.bg == 17);
	c = cell_after("\033[38:5:77mx");
	CHECK(c.fg == 77);
	c = cell_after("\033[38;2;255;0;0mx");
	CHECK(palette_rgb(c.fg) == 0xff0000);
	c = cell_after("\033[38;2;250;134;9mx");
	CHECK(palette_rgb(c.fg) == 0xff8700);
	c = cell_after("\033[7;4;1;2mx");
	CHECK((c.attributes & 0xf) == (CELL_INVERSE | CELL_UNDERLINE | CELL_BOLD | CELL_DIM));
	c = cell_after("\033[7;4;1;2m\033[27;24;22mx");
	CHECK((c.attributes & 0xf) == 0);
	c = cell_after("\033[31;41m\033[39;49mx");
	CHECK(c.attributes == (CELL_DEFAULT_FG | CELL_DEFAULT_BG) && c.fg == 0 && c.bg == 0);
	c = cell_after("\033[31m\033[mx");
	CHECK(c.attributes == (CELL_DEFAULT_FG | CELL_DEFAULT_BG));
	c = cell_after("\033[1;31;38;5mx");
	CHECK(c.fg == 1 && c.attributes & CELL_BOLD);
	c = cell_after("\033[1;44m\033[K");
	CHECK(c.code == ' ' && c.bg == 4 && c.attributes == CELL_DEFAULT_FG);
	for (u32 i = 16; i < 232; i++) {
		u32 rgb = palette_rgb((u8)i);
		CHECK(palette_nearest(rgb >> 16, rgb >> 8 & 255, rgb & 255) == i);
	}
	CHECK(palette_nearest(9999, 300, 256) == 231);
}

static void test_reports(void)
{
	char answer[TERMINAL_ANSWER_MAX];

	fresh();
	type("\033[3;7H\033[6n");
	CHECK_BYTES("DSR", answer, terminal_answer_take(&t, answer), "\033[3;7R");
	CHECK(terminal_answer_take(&t, answer) == 0);
	type("\033[5n\033[c");
	CHECK_BYTES("DSR, DA", answer, terminal_answer_take(&t, answer), "\033[0n\033[?62;22c");
	for (int i = 0; i < 100; i++)
		type("\033[6n");
	size_t length = terminal_answer_take(&t, answer);
	CHECK(length == 126 && answer[length - 1] == 'R'); /* whole answers, the rest dropped */
	t.mute = true;
	type("\033[6n");
	CHECK(terminal_answer_take(&t, answer) == 0);
	fresh();
	type("\033[?25l");
	CHECK(t.cursor_hidden);
	type("\033[?25h");
	CHECK(!t.cursor_hidden);
}

static void check_inside(unsigned long seed)
{
	bool seen[GRID_MAX_ROWS] = {false};
	bool inside =
		t.cursor.column < terminal_grid(&t)->columns &&
		t.cursor.row < terminal_grid(&t)->rows &&
		t.saved[0].column < terminal_grid(&t)->columns &&
		t.saved[0].row < terminal_grid(&t)->rows &&
		t.saved[1].column < terminal_grid(&t)->columns &&
		t.saved[1].row < terminal_grid(&t)->rows && t.top < t.bottom &&
		t.bottom <= terminal_grid(&t)->rows && t.answer_length <= sizeof(t.answer);

	for (u32 row = 0; row < terminal_grid(&t)->rows; row++) {
		inside = inside && terminal_grid(&t)->line[row] < terminal_grid(&t)->rows &&
			 !seen[terminal_grid(&t)->line[row]];
		seen[terminal_grid(&t)->line[row]] = true;
	}
	if (!inside) {
		printf("seed %#lx: the cursor, region or row table left the screen\n", seed);
		check_failures++;
	}
}

/* Bytes of which many begin or end a sequence, so that the deep states are reached. */
static char random_byte(unsigned long *state)
{
	static const char likely[] =
		"\033\033\033[[[[;;?:0123456789ABCDEFGHJKLMPSTXZ@`"
		"bdefghlmnprstuxcE78()#$!\n\r\b\t\016\017 \xe4\xb8\x80";
	unsigned long n = random_next(state);

	return n % 4 ? likely[n / 4 % (sizeof(likely) - 1)] : (char)(n / 4);
}

static void test_fuzz(void)
{
	unsigned long seed = getenv("SEED") ? strtoul(getenv("SEED"), NULL, 0) : 0x5eed;
	static const u32 sizes[][2] = {{1, 1}, {2, 1}, {1, 2}, {80, 24}, {256, 100}, {7, 3}};

	printf("terminal fuzz: SEED=%#lx\n", seed);
	for (u32 round = 0; round < 300; round++) {
		unsigned long state = seed + 1 + round;
		terminal_init(&t, cells, sizes[round % 6][0], sizes[round % 6][1]);
		for (u32 i = 0; i < 2000; i++) {
			char bytes[16];
			size_t count = random_next(&state) % sizeof(bytes);
			for (size_t at = 0; at < count; at++)
				bytes[at] = random_byte(&state);
			terminal_write(&t, NULL, bytes, count);
			check_inside(seed);
		}
	}
}

int main(void)
{
	test_text();
	test_wrap();
	test_movement();
	test_erase();
	test_insert_delete();
	test_scrolling();
	test_utf8();
	test_parser();
	test_colours();
	test_reports();
	test_fuzz();
	return check_result("terminal");
}
