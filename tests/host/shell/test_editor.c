/* Keys, the line editor and the history. */
#include "tests/host/check.h"
#include "screen.h"
#include "user/shell/history.h"

static struct editor e;

/* Types bytes through the key decoder, in one go or byte by byte: there is no difference. */
static enum edit_result type(const char *bytes)
{
	static struct keys k;
	enum edit_result last = EDIT_NONE;
	u32 key;

	for (; *bytes != '\0'; bytes++)
		if (keys_feed(&k, (u8)*bytes, &key))
			last = editor_key(&e, key);
	return last;
}

struct edit {
	const char *typed, *text;
	size_t cursor;
};

static const struct edit edits[] = {
	{"abc", "abc", 3},
	{"abc\x7f", "ab", 2},
	{"\x7f", "", 0},
	{"abc\x08\x08", "a", 1},
	{"abc\x1b[DX", "abXc", 3},
	{"abc\x1b[D\x1b[D\x1b[D\x1b[DX", "Xabc", 1},
	{"abc\x1b[C", "abc", 3},
	{"abc\x1bOD\x7f", "ac", 1},
	{"abc\x01X", "Xabc", 1},
	{"abc\x1b[HX", "Xabc", 1},
	{"abc\x1b[1~X\x1b[4~Y", "XabcY", 5},
	{"abc\x1b[7~X\x1b[8~Y", "XabcY", 5},
	{"abc\x1bOHX\x1bOFY", "XabcY", 5},
	{"abc\x01\x1b[3~", "bc", 0},
	{"abc\x1b[3~", "abc", 3},
	{"abc\x01\x04", "bc", 0},
	{"abc\x04", "abc", 3},
	{"abc\x01\x0b", "", 0},
	{"abc\x02\x0b", "ab", 2},
	{"one two\x15", "", 0},
	{"one two\x02\x02\x15", "wo", 0},
	{"one two  \x17", "one ", 4},
	{"one\x17\x17", "", 0},
	{"one two\x17\x19\x19", "one twotwo", 10},
	{"one two\x1b[1;5D\x1b[1;5DX", "Xone two", 1},
	{"one two\x01\x1b[1;5CX", "oneX two", 4},
	{"one two\x1b"
	 "bX\x1b"
	 "fY",
	 "one XtwoY", 9},
	{"\xc3\xa4\xe2\x82\xac\x7f", "\xc3\xa4", 2},
	{"\xc3\xa4z\x1b[D\x1b[DX", "X\xc3\xa4z", 1},
	{"\xc3\xa4z\x01\x1b[3~", "z", 0},
	{"\x80\xbfz\x01\xbf", "z", 0}, /* continuation bytes that continue nothing */
	{"a\x1b[99~b", "ab", 2},
	{"a\x1b[1;2;3;4;5;6Xb", "ab", 2},
	{"a\x1b[99999999999999999999Db", "ba", 1},
	{"a\x1b[200~b\x1b[201~c", "abc", 3},
	{"a\x1b[?25hb", "ab", 2},
	{"a\x1bzb", "ab", 2},
	{"a\x1b\x1b[Db", "ba", 1}, /* Escape, then Left */
	{"ab\x1b[\x7f", "a", 1},   /* a control byte ends a sequence, and counts */
	{"ab\x1b\x01X", "Xab", 1},
	{"a\x07\x0e\x12\x1d"
	 "b",
	 "ab", 2},
};

static void test_edits(void)
{
	for (size_t i = 0; i < ARRAY_LEN(edits); i++) {
		memset(&e, 0, sizeof(e));
		type(edits[i].typed);
		if (strcmp(e.text, edits[i].text) != 0 || e.cursor != edits[i].cursor ||
		    e.length != strlen(edits[i].text)) {
			printf("edit %zu: \"%s\", cursor %zu\n", i, e.text, e.cursor);
			check_failures++;
		}
	}
}

static void test_results(void)
{
	memset(&e, 0, sizeof(e));
	CHECK(type("a") == EDIT_APPENDED);
	CHECK(type("\x01") == EDIT_CHANGED && type("b") == EDIT_CHANGED &&
	      type("\x01") == EDIT_CHANGED);
	CHECK(type("\x01") == EDIT_NONE);
	CHECK(type("\r") == EDIT_DONE && type("\n") == EDIT_DONE && type("\t") == EDIT_COMPLETE);
	CHECK(type("\x03") == EDIT_ABANDON && type("\x0c") == EDIT_CLEAR);
	CHECK(type("\x1b[A") == EDIT_OLDER && type("\x10") == EDIT_OLDER);
	CHECK(type("\x1b[B") == EDIT_NEWER && type("\x1bOB") == EDIT_NEWER &&
	      type("\x0e") == EDIT_NEWER);
	CHECK(type("\x04") == EDIT_CHANGED);
	editor_clear(&e);
	CHECK(type("\x04") == EDIT_END);
	CHECK(type("\x19") == EDIT_NONE); /* nothing killed yet */
}

static void test_full(void)
{
	char longer[EDITOR_MAX + 100];

	memset(&e, 0, sizeof(e));
	for (int i = 0; i < EDITOR_MAX; i++)
		CHECK(type("x") == EDIT_APPENDED);
	CHECK(type("x") == EDIT_REFUSED && e.length == EDITOR_MAX);
	CHECK(!editor_insert(&e, "y", 1));
	type("\x01\x0b");
	CHECK(e.length == 0);
	CHECK(type("\x19") == EDIT_CHANGED && type("\x19") == EDIT_REFUSED &&
	      e.length == EDITOR_MAX);
	memset(longer, 'x', sizeof(longer));
	longer[EDITOR_MAX - 1] = '\xc3'; /* a character that the cut would split */
	longer[EDITOR_MAX] = '\xa4';
	longer[sizeof(longer) - 1] = '\0';
	editor_set(&e, longer);
	CHECK(e.length == EDITOR_MAX - 1);
}

static const char *drawn(const char *prompt, u32 columns, int *column)
{
	static struct screen s;
	static char text[EDITOR_DRAW_MAX];

	memset(&s, 0, sizeof(s));
	size_t length = editor_draw(&e, prompt, columns, text);
	CHECK(length < EDITOR_DRAW_MAX && text[length] == '\0');
	screen_put(&s, text, length);
	CHECK(!s.strange && s.at_row == 0 && s.widest <= (int)columns);
	*column = s.at_column;
	return s.row[0];
}

static void test_drawing(void)
{
	int column;

	memset(&e, 0, sizeof(e));
	CHECK(strcmp(drawn("MicroK> ", 80, &column), "MicroK> ") == 0 && column == 8);
	type("echo \xc3\xa4\x1b[D");
	CHECK(strcmp(drawn("MicroK> ", 80, &column), "MicroK> echo ?") == 0 && column == 13);
	CHECK(editor_fits(&e, "MicroK> ", 15) && !editor_fits(&e, "MicroK> ", 14));

	/* 30 columns, 22 for the line: it scrolls, one column stays for the cursor. */
	editor_set(&e, "0123456789abcdefghijklmnopqrstuvwxyz");
	CHECK(strcmp(drawn("MicroK> ", 30, &column), "MicroK> fghijklmnopqrstuvwxyz") == 0);
	CHECK(column == 29 && !editor_fits(&e, "MicroK> ", 30));
	type("\x01");
	CHECK(strcmp(drawn("MicroK> ", 30, &column), "MicroK> 0123456789abcdefghijk") == 0 &&
	      column == 8);
	type("\x0b");
	CHECK(strcmp(drawn("MicroK> ", 30, &column), "MicroK> ") == 0 && column == 8);

	/* Keys that came together are drawn once: the text before the cursor is still visible. */
	editor_set(&e, "0123456789 123456789 123456789 123456789 ");
	drawn("MicroK> ", 30, &column);
	type("\x1b"
	     "b\x1b"
	     "b\x1b"
	     "bXY");
	CHECK(strcmp(drawn("MicroK> ", 30, &column), "MicroK> 89 XY123456789 123456") == 0 &&
	      column == 13);
}

/* A terminal that is narrower than the row still shows one row of it, however often it is drawn. */
static void test_narrower_terminal(void)
{
	static struct screen s;
	static char text[EDITOR_DRAW_MAX];

	memset(&e, 0, sizeof(e));
	memset(&s, 0, sizeof(s));
	s.width = 40;
	for (int i = 0; i < 100; i++) {
		type("x");
		screen_put(&s, text, editor_draw(&e, "MicroK> ", 132, text));
	}
	type("\x01");
	screen_put(&s, text, editor_draw(&e, "MicroK> ", 132, text));
	CHECK(!s.strange && s.at_row == 0 && s.at_column == 8 && !s.wrap_off);
	CHECK(strncmp(s.row[0], "MicroK> xxxxxxxx", 16) == 0 && strlen(s.row[0]) <= 40);
	screen_put(&s, "plain text that is longer than this terminal wraps", 50);
	CHECK(s.at_row == 1);
}

/* For any input the text stays whole characters, and the row shows the cursor's place. */
static void test_fuzz(unsigned long seed)
{
	static const char *const pieces[] = {
		"a",
		"bc ",
		"\x7f",
		"\x01",
		"\x05",
		"\x0b",
		"\x15",
		"\x17",
		"\x19",
		"\x1b[D",
		"\x1b[C",
		"\x1b[3~",
		"\x1b[",
		"\x1bO",
		"\x1b",
		"1;5",
		"\xc3\xa4",
		"\xe2\x82\xac",
		"\xf0\x9f\x98\x80",
		"\xff",
		"\x80",
		"\x04",
		"\x1b[1;5D",
		"~",
		"\x1b[H",
		"wwwwwwwwwwwwwwwwwwww"};
	unsigned long state = seed;

	memset(&e, 0, sizeof(e));
	for (int round = 0; round < 60000; round++) {
		if (random_next(&state) % 200 == 0)
			editor_clear(&e);
		type(pieces[random_next(&state) % ARRAY_LEN(pieces)]);
		CHECK(e.length == strlen(e.text) && e.length <= EDITOR_MAX && e.cursor <= e.length);
		CHECK(((u8)e.text[e.cursor] & 0xc0) != 0x80);
		u32 columns = 20 + (u32)(random_next(&state) % 100);
		int column;
		const char *row = drawn("MicroK> ", columns, &column);
		CHECK(column >= 8 && column < (int)columns);
		if (e.cursor < e.length) {
			char under = (u8)e.text[e.cursor] < 0x80 ? e.text[e.cursor] : '?';
			CHECK(column < (int)strlen(row) && row[column] == under);
		} else {
			CHECK(column == (int)strlen(row));
		}
		if (check_failures) {
			printf("seed %lu, round %d, \"%s\" %zu; row \"%s\" of %u, column %d\n",
			       seed, round, e.text, e.cursor, row, columns, column);
			return;
		}
	}
}

static bool is(const char *got, const char *want)
{
	return got && strcmp(got, want) == 0;
}

static void test_history(void)
{
	static struct history h;
	char line[32];

	CHECK(!history_older(&h, "draft") && !history_newer(&h));
	history_add(&h, "one");
	history_add(&h, "  ");
	history_add(&h, "");
	history_add(&h, "two");
	history_add(&h, "two");
	CHECK(is(history_older(&h, "draft"), "two"));
	CHECK(is(history_older(&h, "two"), "one"));
	CHECK(!history_older(&h, "one"));
	CHECK(is(history_newer(&h), "two"));
	CHECK(is(history_newer(&h), "draft"));
	CHECK(!history_newer(&h));
	history_older(&h, "draft");
	history_add(&h, "three"); /* browsing starts anew */
	CHECK(is(history_older(&h, ""), "three") && is(history_older(&h, ""), "two"));
	for (u32 i = 0; i < HISTORY_LINES + 10; i++) {
		snprintf(line, sizeof(line), "line %u", i);
		history_add(&h, line);
	}
	const char *oldest = NULL, *older;
	u32 count = 0;
	for (; (older = history_older(&h, "")); count++)
		oldest = older;
	CHECK(count == HISTORY_LINES && is(oldest, "line 10"));
}

int main(int count, char **words)
{
	test_edits();
	test_results();
	test_full();
	test_drawing();
	test_narrower_terminal();
	test_history();
	test_fuzz(count > 1 ? strtoul(words[1], NULL, 0) : 1);
	return check_result("editor");
}
