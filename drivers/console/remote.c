/*
 * The far end of the serial line.
 *
 * A serial line has no message for "my window is 132 columns wide". Weighed: a setting that a person must keep correct (stty
 * columns, as on Unix's serial consoles); waiting at the prompt until the terminal answers or a time is over (as xterm's
 * resize does, which loses keys typed meanwhile); asking without waiting. The last was chosen. A question costs 20 bytes.
 * Its answer is taken out of the received bytes whenever it comes. A line without a terminal at its end, such as a script's
 * pipe, is asked three times and then seldom. Every terminal understands the question: the cursor is moved as far as it
 * goes, and the terminal is asked for its position (DSR 6, ECMA-48 8.3.35). The cursor's place is saved before and restored
 * after it (DECSC, DECRC).
 *
 * The answer looks like a key (xterm sends CSI 1;5 R for Ctrl-F3). A size of one row and 2 to 16 columns counts as that
 * key: as an answer it would narrow the line that is being edited.
 */
#include "drivers/console/remote.h"

#define QUESTION "\0337\033[999;999H\033[6n\0338"
#define MISSES_MAX 3 /* after these, one request in eight is sent, for a terminal that came later */
#define REST 7
#define KEY_MODIFIERS_MAX 16 /* xterm: 1 + Shift 1, Alt 2, Ctrl 4, Meta 8 */
#define NUMBER_MAX 9999      /* digits beyond it are dropped */

/* A question without an answer for this long counts as missed. */
static u64 patience(const struct remote *r)
{
	return r->hz;
}

static u64 hold_time(const struct remote *r)
{
	return r->hz / 10;
}

void remote_init(struct remote *r)
{
	r->columns = REMOTE_COLUMNS;
	r->rows = REMOTE_ROWS;
	r->answered = r->asked = false;
	r->misses = r->rest = r->questions = r->held = 0;
}

/* ---- questions ---- */

static void drop_oldest(struct remote *r)
{
	r->questions--;
	for (u32 i = 0; i < r->questions; i++)
		r->question[i] = r->question[i + 1];
}

static void note_question(struct remote *r, bool ours)
{
	if (r->questions == REMOTE_QUESTIONS)
		drop_oldest(r);
	r->question[r->questions].at = r->clock();
	r->question[r->questions++].ours = ours;
}

/* Counts a question without an answer: the size of the far terminal is unknown again. */
static void miss(struct remote *r)
{
	r->answered = false;
	r->columns = REMOTE_COLUMNS;
	r->rows = REMOTE_ROWS;
	if (r->misses < MISSES_MAX)
		r->misses++;
	r->rest = r->misses == MISSES_MAX ? REST : 0;
}

static void drop_old(struct remote *r)
{
	while (r->questions > 0 && r->clock() - r->question[0].at > patience(r)) {
		if (r->question[0].ours)
			miss(r);
		drop_oldest(r);
	}
}

static bool is_asking(const struct remote *r)
{
	for (u32 i = 0; i < r->questions; i++)
		if (r->question[i].ours)
			return true;
	return false;
}

void remote_ask(struct remote *r)
{
	drop_old(r);
	if (is_asking(r))
		return;
	if (r->rest > 0) {
		r->rest--;
		return;
	}
	r->asked = true;
	note_question(r, true);
	r->send(QUESTION, sizeof(QUESTION) - 1);
}

void remote_passed(struct remote *r)
{
	drop_old(r);
	note_question(r, false);
}

/* ---- answers ---- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Whether the held bytes and this byte can begin ESC [ digits ; digits R. */
static bool continues_answer(const struct remote *r, char c)
{
	bool second = false;

	if (r->held == 1)
		return c == '[';
	for (u32 i = 2; i < r->held; i++)
		second |= r->hold[i] == ';';
	bool after_digit = is_digit(r->hold[r->held - 1]);
	return is_digit(c) || (after_digit && c == (second ? 'R' : ';'));
}

static u32 parse_number(const char **at)
{
	u32 value = 0;

	for (; is_digit(**at); ++*at)
		if (value <= NUMBER_MAX / 10)
			value = value * 10 + (u32)(**at - '0');
	return value;
}

/* F3 with Shift, Alt or Ctrl, as xterm sends it. As a size it would mean one row, which no terminal has. */
static bool is_key(u32 rows, u32 columns)
{
	return rows == 1 && columns >= 2 && columns <= KEY_MODIFIERS_MAX;
}

/* Takes the whole answer that is held, if it answers our question. Only our question moves the cursor to the far
 * corner, so only its answer is a size. An answer that no question awaits, such as to a program's question in a form
 * that mirror.c does not recognize, is the cursor's place and is dropped. */
static bool take_answer(struct remote *r)
{
	const char *at = r->hold + 2;
	u32 rows = parse_number(&at);

	at++;
	u32 columns = parse_number(&at);
	drop_old(r);
	bool ours = r->questions == 0 || r->question[0].ours;
	bool awaited = r->questions > 0 || r->misses > 0;
	if (ours && is_key(rows, columns))
		return false;
	if (r->questions > 0)
		drop_oldest(r);
	if (!ours)
		return false;
	if (awaited && columns > 0 && rows > 0) {
		r->columns = columns;
		r->rows = rows;
		r->answered = true;
		r->misses = r->rest = 0;
	}
	r->held = 0;
	return true;
}

size_t remote_release(struct remote *r, char *typed)
{
	size_t count = r->held;

	for (size_t i = 0; i < count; i++)
		typed[i] = r->hold[i];
	r->held = 0;
	return count;
}

static size_t receive_byte(struct remote *r, char c, char *typed)
{
	size_t count = 0;

	if (r->held > 0 && (r->held == REMOTE_HELD_MAX || !continues_answer(r, c)))
		count = remote_release(r, typed);
	if (r->held == 0 && (c != '\033' || !r->asked)) {
		typed[count++] = c;
		return count;
	}
	r->hold[r->held++] = c;
	r->held_at = r->clock();
	if (c == 'R' && !take_answer(r))
		count += remote_release(r, typed + count);
	return count;
}

size_t remote_receive(struct remote *r, const char *bytes, size_t count, char *typed)
{
	size_t used = 0;

	for (size_t i = 0; i < count; i++)
		used += receive_byte(r, bytes[i], typed + used);
	return used;
}

u64 remote_deadline(const struct remote *r)
{
	return r->held > 0 ? r->held_at + hold_time(r) : 0;
}

bool remote_is_sound(const struct remote *r)
{
	return r->questions <= REMOTE_QUESTIONS && r->held <= REMOTE_HELD_MAX && r->columns > 0 &&
	       r->rows > 0;
}
