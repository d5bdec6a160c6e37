/* The sequences that full-screen programs use, after vttest's menus: cursor movements, screen features, character sets,
 * reports, modes. */
#include "screen.h"
#include "drivers/console/sgr.h"

static struct cell lines[8 * COLUMNS];
static char answer[TERMINAL_ANSWER_MAX];

#define ANSWERS(text, want)                                                                        \
	(type(text), CHECK_BYTES(text, answer, terminal_answer_take(&t, answer), want))

/* vttest 1: the frame of a full screen, with the last column and the region's edges. */
static void test_frame(void)
{
	EXPECT("\033#8", "EEEEEEEEEE|EEEEEEEEEE|EEEEEEEEEE|EEEEEEEEEE", 0, 0);
	THEN("\033[2;2H\033[1J\033[3;9H\033[0J", "|  EEEEEEEE|EEEEEEEE|", 8, 2);
	EXPECT("\033[2;3r\033#8\033[9B", "EEEEEEEEEE|EEEEEEEEEE|EEEEEEEEEE|EEEEEEEEEE", 0, 3);
	/* Controls inside of sequences act, and the sequence goes on (vttest 1, last page). */
	EXPECT("A\033[2\bCB\033[\r2CC\033[1\013AD", "A CD|||", 4, 0);
}

static void test_origin(void)
{
	EXPECT("\033[2;3r\033[?6hx\033[2;1Hy\033[9;1Hz", "|x|z|", 1, 2);
	THEN("\033[1;4Ha\033[2db", "|x  a|z   b|", 5, 2);
	ANSWERS("\033[6n", "\033[2;6R");
	THEN("\033[?6l", "|x  a|z   b|", 0, 0);
	/* DECSC and DECRC keep it. */
	EXPECT("\033[2;3r\033[?6h\0337\033[?6l\0338x\033[1;1Hy", "|y||", 1, 1);
	/* A new region's home is its own first row. */
	EXPECT("\033[?6h\033[3;4rx", "||x|", 1, 2);
}

static void test_alternate_screen(void)
{
	EXPECT("main\033[?1049h", "|||", 4, 0);
	THEN("\033[Hother", "other|||", 5, 0);
	THEN("\033[?1049l!", "main!|||", 5, 0);
	THEN("\033[?47h", "other|||", 5, 0); /* 47 clears neither screen */
	THEN("\033[?47l", "main!|||", 5, 0);
	THEN("\033[?1047hx\033[?1047l", "main!|||", 6, 0);
	THEN("\033[?47h", "|||", 6, 0); /* 1047 has cleared it when it was left */
	/* A place that is saved there is not the first screen's. */
	EXPECT("ab\0337\033[?47h\033[3;3H\0337\033[?47l\0338c", "abc|||", 3, 0);
	EXPECT("ab\033[?1048h\033[4;4H\033[?1048lc", "abc|||", 3, 0);
	EXPECT("a\033[?1049h\033[?1049h\033[4;4Hb\033[?1049lc", "ac|||", 2, 0);
	EXPECT("a\033[?1049lb", "ab|||", 2, 0); /* it is not shown: no cursor to go back to */
}

static void test_tabs(void)
{
	EXPECT("\033[3g\033[4G\033H\033[7G\033H\r\tx\ty\tz", "   x  y  z|||", 9, 0);
	EXPECT("\033[3g\033[4G\033H\033[7G\033H\033[g\r\tx\ty", "   x     y|||", 9, 0);
	EXPECT("\033[3g\033[4G\033H\r\t\033c\tx", "        x|||", 9, 0);
	EXPECT("\033[2Ix\033[2Zy", "y        x|||", 1, 0);
	EXPECT("\033[9999I\033[9999Zx", "x|||", 1, 0);
}

static void test_character_sets(void)
{
	EXPECT("\033(0qx\033(Bqx", "##qx|||", 4, 0);
	CHECK(grid_row(terminal_grid(&t), 0)[0].code == 0x2500);
	CHECK(grid_row(terminal_grid(&t), 0)[1].code == 0x2502);
	EXPECT("\033)0q\016q\017q", "q#q|||", 3, 0);
	EXPECT("\033)0\016\0337\017q\0338q", "#|||", 1, 0); /* the saved cursor has its set */
	EXPECT("\033(0ABC09", "ABC09|||", 5, 0);
}

static void test_wide(void)
{
	EXPECT("a\xe4\xb8\x80z", "a#<z|||", 4, 0);
	THEN("\033[1;2Hx", "ax z|||", 2, 0); /* half of it written: the other half is a blank */
	EXPECT("a\xe4\xb8\x80z\033[1;3Hx", "a xz|||", 3, 0);
	EXPECT("012345678\xe4\xb8\x80", "012345678|#<||", 2, 1); /* it does not fit */
	EXPECT("01234567\xe4\xb8\x80", "01234567#<|||", 9, 0);
	CHECK(t.cursor.wrap_pending);
	EXPECT("\033[?7l012345678\xe4\xb8\x80", "01234567#<|||", 9, 0);
	EXPECT("\xe4\xb8\x80"
	       "b\033[1;2H\033[K",
	       "|||", 1, 0);
	EXPECT("a\xe4\xb8\x80\033[1;1H\033[@", " a#<|||", 0, 0);
	EXPECT("a\xe4\xb8\x80"
	       "c\033[1;3H\033[@",
	       "a   c|||", 2, 0);
	EXPECT("a\xe4\xb8\x80"
	       "c\033[1;2H\033[P",
	       "a c|||", 1, 0);
	EXPECT("01234567\xe4\xb8\x80\033[1;1H\033[@", " 01234567|||", 0,
	       0); /* pushed out by half */
	terminal_init(&t, cells, 1, 1);
	type("\xe4\xb8\x80\xe4\xb8\x80"); /* wider than the screen */
	CHECK(grid_row(terminal_grid(&t), 0)[0].code == 0x4e00);
}

static void test_repeat(void)
{
	EXPECT("ab\033[3bc", "abbbbc|||", 6, 0);
	EXPECT("a\033[b\033[b", "aa|||", 2, 0); /* REP is not a character */
	EXPECT("a\r\033[3b", "a|||", 0, 0);
	EXPECT("\033(0q\033[2b", "###|||", 3, 0);
	EXPECT("a\033[9999b", "aaaaaaaaaa|aaaaaaaaaa|aaaaaaaaaa|aaaaaaaaaa", 9, 3);
}

static void test_modes(void)
{
	EXPECT("\033[20ha\nb\033[20l\nc", "a|b| c|", 2, 2);
	EXPECT("\033[?1;2004h\033=", "|||", 0, 0);
	CHECK(t.application_cursor && t.bracketed_paste && t.application_keypad);
	ANSWERS("\033[?1$p\033[?2004$p\033[4$p", "\033[?1;1$y\033[?2004;1$y\033[4;2$y");
	ANSWERS("\033[?7$p\033[?25l\033[?25$p\033[?1049$p",
		"\033[?7;1$y\033[?25;2$y\033[?1049;2$y");
	ANSWERS("\033[?1049h\033[?1049$p\033[?9999$p\033[9$p",
		"\033[?1049;1$y\033[?9999;0$y\033[9;0$y");
	type("\033[?1;2004l\033>");
	CHECK(!t.application_cursor && !t.bracketed_paste && !t.application_keypad);
	type("\033[?5h");
	CHECK(t.reverse && terminal_grid(&t)->dirty[ROWS - 1]);
	/* Not one of the standard's modes by that number, nor the reverse. */
	EXPECT("\033[?4h\033[7lx\033[1;1Hy", "y|||", 1, 0);
	CHECK(!t.insert && !t.wrap_off);
}

static void test_resets(void)
{
	static const char set[] =
		"\033[2;3r\033[?1h\033[?6h\033[?7l\033[?25l\033[4h\033(0\033[1;31m\033[?5h\033[20h";

	EXPECT("ab", "ab|||", 2, 0);
	type(set);
	THEN("\033[2;4H\033[!pq", "ab||   q|", 4, 2); /* the soft reset moves nothing */
	CHECK(!t.application_cursor && !t.cursor.origin && !t.wrap_off && !t.cursor_hidden &&
	      !t.insert);
	CHECK(t.top == 0 && t.bottom == ROWS && t.reverse && t.new_line);
	CHECK(cell_equal(t.cursor.pen, sgr_default()));
	type(set);
	THEN("\033cq", "q|||", 1, 0);
	CHECK(!t.reverse && !t.new_line && !t.alternate && t.top == 0 && t.bottom == ROWS);
	EXPECT("a\033[?1049hb\033c", "|||", 0, 0);
	CHECK(!t.alternate);
}

static void test_reports(void)
{
	EXPECT("", "|||", 0, 0);
	ANSWERS("\033Z\033[c\033[0c", "\033[?62;22c\033[?62;22c\033[?62;22c");
	ANSWERS("\033[>c\033[>0c", "\033[>1;10;0c\033[>1;10;0c");
	ANSWERS("\033[1c\033[?c\033[7n\033[>5n", "");
	ANSWERS("\033[?6n\033[?15n\033[?25n\033[?26n",
		"\033[?1;1R\033[?13n\033[?21n\033[?27;1;0;0n");
	ANSWERS("\033[x\033[1x\033[2x", "\033[2;1;1;120;120;1;0x\033[3;1;1;120;120;1;0x");
	ANSWERS("\033[18t\033[8;9;9t\033[22;0t", "\033[8;4;10t");
	ANSWERS("\033P$qm\033\\\033]11;?\033\\\033]0;title\a", "");
}

static u16 attributes_after(const char *text)
{
	terminal_init(&t, cells, COLUMNS, ROWS);
	type(text);
	return grid_row(terminal_grid(&t), 0)[0].attributes &
	       (u16) ~(CELL_DEFAULT_FG | CELL_DEFAULT_BG);
}

static void test_attributes(void)
{
	CHECK(attributes_after("\033[3;9mx") == (CELL_ITALIC | CELL_STRIKE));
	CHECK(attributes_after("\033[3;9m\033[23;29mx") == 0);
	CHECK(attributes_after("\033[21mx") == CELL_UNDERLINE);
	CHECK(attributes_after("\033[4:3mx") == CELL_UNDERLINE);
	CHECK(attributes_after("\033[4m\033[4:0mx") == 0);
	CHECK(attributes_after("\033[1:7mx") == 0); /* joined to a number that takes nothing */
	CHECK(attributes_after("\033[38:2::255:0:0;1mx") == CELL_BOLD);
	CHECK(grid_row(terminal_grid(&t), 0)[0].fg == 196);
	attributes_after("\033[38:2:255:0:0;48:5:17mx");
	CHECK(grid_row(terminal_grid(&t), 0)[0].fg == 196 &&
	      grid_row(terminal_grid(&t), 0)[0].bg == 17);
	attributes_after("\033[48;2;120;120;122mx"); /* a grey: the ramp is nearer than the cube */
	CHECK(grid_row(terminal_grid(&t), 0)[0].bg >= 232);
	attributes_after("\033[38;5;300mx"); /* no such colour: none */
	CHECK(grid_row(terminal_grid(&t), 0)[0].attributes & CELL_DEFAULT_FG);
}

/* ---- the past ---- */

static void look(int line, const char *want)
{
	char got[(COLUMNS + 1) * ROWS];
	size_t used = 0;

	for (u32 r = 0; r < ROWS; r++) {
		got[used++] = (char)terminal_row(&t, lines, r)[0].code;
		got[used++] = '|';
	}
	check_bytes(__FILE__, line, "view", got, used - 1, want, strlen(want));
}
#define LOOKS(want) look(__LINE__, want)

static void show(const char *text)
{
	terminal_write(&t, lines, text, strlen(text));
}

static void fresh_with_history(void)
{
	terminal_init(&t, cells, COLUMNS, ROWS);
	history_init(&t.history, COLUMNS, ARRAY_LEN(lines));
}

static void test_history(void)
{
	fresh_with_history();
	show("a\r\nb\r\nc\r\nd\r\ne\r\nf");
	CHECK(history_lines(&t.history) == 2);
	LOOKS("c|d|e|f");
	CHECK(terminal_view(&t, 1));
	LOOKS("b|c|d|e");
	CHECK(terminal_view(&t, 99) && !terminal_view(&t, 1));
	LOOKS("a|b|c|d");
	show("\r\ng"); /* a view stays at its lines */
	LOOKS("a|b|c|d");
	CHECK(terminal_view(&t, -1));
	LOOKS("b|c|d|e");
	CHECK(terminal_view(&t, -99) && !terminal_view(&t, -1));
	LOOKS("d|e|f|g");
	show("\r\nh\r\ni\r\nj\r\nk\r\nl\r\nm\r\nn"); /* more than the memory holds */
	CHECK(history_lines(&t.history) == 8);
	terminal_view(&t, 99);
	LOOKS("c|d|e|f");
	show("\r\no"); /* the oldest one is gone, and the view with it */
	LOOKS("d|e|f|g");
	show("\033[3J");
	CHECK(history_lines(&t.history) == 0);
	LOOKS("l|m|n|o");
}

static void test_history_is_of_the_first_screen(void)
{
	fresh_with_history();
	show("a\r\nb\r\nc\r\nd\033[?1049h\033[4;1H\n\n\n");
	CHECK(history_lines(&t.history) == 0 && !terminal_view(&t, 1));
	show("\033[?1049l\033[2;4r\033[4;1H\n"); /* nor of a region below the top */
	CHECK(history_lines(&t.history) == 0);
	show("\033[1;3r\033[2S");
	CHECK(history_lines(&t.history) == 2);
	terminal_view(&t, 1);
	show("\033[?1049h");
	CHECK(t.view == 0);
	show("\033c");
	CHECK(history_lines(&t.history) == 2); /* a reset screen has a past */
	terminal_init(&t, cells, COLUMNS, ROWS);
	show("a\r\nb\r\nc\r\nd\r\ne"); /* without memory */
	CHECK(history_lines(&t.history) == 0);
}

/* ---- copies ---- */

static void check_equal(void)
{
	static struct cell of_copy[2 * COLUMNS * ROWS];
	static struct terminal copy;
	static bool begun;
	bool equal;

	if (!begun)
		terminal_init(&copy, of_copy, COLUMNS, ROWS);
	begun = true;
	terminal_copy(&copy, &t);
	equal = memcmp(&copy, &t, offsetof(struct terminal, screen)) == 0;
	for (u32 which = 0; which < 2; which++) {
		const struct grid *a = &t.screen[which], *b = &copy.screen[which];
		equal = equal && memcmp(a->line, b->line, sizeof(a->line)) == 0;
		for (u32 row = 0; row < a->rows; row++)
			equal = equal && memcmp(a->cells + row * COLUMNS, b->cells + row * COLUMNS,
						COLUMNS * sizeof(struct cell)) == 0;
	}
	CHECK(equal);
}

/* Random sequences: a copy of the changes alone is as good as one of everything. */
static void test_copies(void)
{
	static const char likely[] =
		"\033\033[[[;?0123456789ABCDHJKLMPSTX@bhlmrsu\n\rabcdefgh\xe4\xb8\x80";
	unsigned long state = 0xc0b1e5;

	fresh_with_history();
	for (u32 i = 0; i < 20000; i++) {
		char bytes[12];
		size_t count = random_next(&state) % sizeof(bytes);
		for (size_t at = 0; at < count; at++)
			bytes[at] = likely[random_next(&state) % (sizeof(likely) - 1)];
		terminal_write(&t, lines, bytes, count);
		if (random_next(&state) % 500 == 0)
			show("\033[?1049h");
		check_equal();
	}
}

/* A run of characters has the effect that they have one by one. */
static void test_runs(void)
{
	unsigned long state = 0x4a5;
	static struct terminal one;
	static struct cell of_one[2 * COLUMNS * ROWS];

	for (u32 i = 0; i < 300; i++) {
		char text[64];
		size_t count = 0;
		while (count < sizeof(text)) {
			u32 kind = (u32)(random_next(&state) % 40);
			const char *piece =
				kind == 0   ? "\033[?7l"
				: kind == 1 ? "\033[?7h"
				: kind == 2 ? "\033[4h"
				: kind == 3 ? "\033[4l"
				: kind == 4 ? "\033[H"
				: kind == 5 ? "\xe4\xb8\x80"
					    : "x";
			if (count + strlen(piece) > sizeof(text))
				break;
			memcpy(text + count, piece, strlen(piece));
			count += strlen(piece);
		}
		terminal_init(&one, of_one, COLUMNS, ROWS);
		for (size_t at = 0; at < count; at++)
			terminal_write(&one, NULL, text + at, 1);
		terminal_init(&t, cells, COLUMNS, ROWS);
		terminal_write(&t, NULL, text, count);
		bool equal = memcmp(&one.cursor, &t.cursor, sizeof(t.cursor)) == 0;
		for (u32 row = 0; row < ROWS; row++)
			equal = equal && memcmp(grid_row(terminal_grid(&t), row),
						grid_row(terminal_grid(&one), row),
						COLUMNS * sizeof(struct cell)) == 0;
		CHECK(equal);
	}
}

int main(void)
{
	test_frame();
	test_origin();
	test_alternate_screen();
	test_tabs();
	test_character_sets();
	test_wide();
	test_repeat();
	test_modes();
	test_resets();
	test_reports();
	test_attributes();
	test_history();
	test_history_is_of_the_first_screen();
	test_copies();
	test_runs();
	return check_result("sequences");
}
