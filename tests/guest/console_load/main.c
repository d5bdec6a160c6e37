/*
 * Writes to the console at random until the Notification `wake` is signalled, and holds its answers and its screen against the
 * ones that are known. The answers come as typed text: a lost or doubled byte on either way shows in the next of them.
 *
 * On the serial line there are the marks <00000>, <00001> and so on (tests/test_console_killed.py).
 *
 * Arguments: SEED.
 */
#include "gen/protocols/file_client.h"
#include "gen/protocols/tty_client.h"
#include "lib/microk/ipc.h"
#include "lib/microk/print.h"
#include "lib/microk/self.h"
#include "lib/microk/startup.h"
#include "lib/microk/string.h"
#include "tests/guest/console_load/screen.h"
#include "tests/guest/killer/answered.h"
#include "tests/guest/kit/service.h"
#include "tests/random.h"

#define FAILURES_MOST 5u
#define SIGNAL_END 1

static cap_t console;
static u64 random_state = 1, operations, asked, looked;
static u32 failures, marks;
static bool keys_set; /* the mode DECCKM */

static u32 draw(u32 below)
{
	return (u32)(random_next(&random_state) % below);
}

static void fail(const char *what, const char *expected, const char *got)
{
	report("FAIL operation %lu: %s: \"%s\" expected, \"%s\" came\n", operations, what, expected,
	       got);
	failures++;
}

static bool is_over(cap_t wake)
{
	struct message m = {.tag = TAG_DEADLINE};

	ipc_buffer->deadline = 1; /* it is over: the call returns at once */
	return ipc(SYS_WAIT, wake, &m) == OK && m.badge & SIGNAL_END;
}

static void show(const char *text, u32 length)
{
	struct file_write_result put = {0};
	enum microk_status status;

	ANSWERED(status, file_write(console, text, length, &put));
	if (status != OK || put.written != length)
		fail("write", "all", status_name(status));
}

/* Reads as many bytes as are expected; they must be these. */
static void expect(const char *what, const char *expected)
{
	static struct file_read_result got;
	char all[64];
	u32 used = 0, length = (u32)strlen(expected);

	while (used < length) {
		enum microk_status status;
		ANSWERED(status, file_read(console, 1 + draw(length - used), &got));
		if (status != OK || got.data_length == 0) {
			fail(what, expected, status_name(status));
			return;
		}
		memcpy(all + used, got.data, got.data_length);
		used += (u32)got.data_length;
	}
	all[used] = 0;
	if (strcmp(all, expected) != 0)
		fail(what, expected + 1, all + 1); /* without its Escape */
}

/* ---- operations ---- */

static void put_text(void)
{
	char text[2 * SCREEN_COLUMNS];
	u32 row = draw(SCREEN_ROWS), column = draw(SCREEN_COLUMNS),
	    length = 1 + draw(SCREEN_COLUMNS - column);
	int used = format(text, sizeof(text), "\033[%u;%uH", row + 1, column + 1);

	for (u32 i = 0; i < length; i++)
		text[used + (int)i] = (char)('!' + draw('~' - '!'));
	screen_put(row, column, text + used, length);
	show(text, (u32)used + length);
}

static void put_mark(void)
{
	char text[64];
	int used = format(text, sizeof(text), "\033[%u;1H<%05u>\n", SCREEN_ROWS, marks++);

	screen_put(SCREEN_ROWS - 1, 0, strchr(text, '<'), 7);
	screen_scroll();
	show(text, (u32)used);
}

/* In a region in the middle, a line goes and one comes. */
static void move_lines(void)
{
	char text[64];
	u32 top = draw(SCREEN_ROWS - 1), row = top + draw(SCREEN_ROWS - top);
	int used = format(text, sizeof(text), "\033[%u;%ur\033[%u;1H\033[L\033[r", top + 1,
			  row + 2 > SCREEN_ROWS ? SCREEN_ROWS : row + 2, top + 1);
	u32 bottom = row + 2 > SCREEN_ROWS ? SCREEN_ROWS : row + 2;

	for (u32 at = bottom; at > top + 1; at--)
		memcpy(screen[at - 1], screen[at - 2], SCREEN_COLUMNS);
	memset(screen[top], ' ', SCREEN_COLUMNS);
	show(text, (u32)used);
}

/* Its answer has the cursor's place, as the last of several writes left it. */
static void ask_for_cursor(void)
{
	char text[32], answer[32];
	u32 row = draw(SCREEN_ROWS), column = draw(SCREEN_COLUMNS);

	show(text, (u32)format(text, sizeof(text), "\033[%u;%uH", row + 1, column + 1));
	show("\033[6n", 4);
	format(answer, sizeof(answer), "\033[%u;%uR", row + 1, column + 1);
	expect("the cursor's place", answer);
	asked++;
}

static void ask_for_mode(void)
{
	show("\033[?1$p", 6);
	expect("the mode of the cursor keys", keys_set ? "\033[?1;1$y" : "\033[?1;2$y");
	asked++;
}

static void set_mode(void)
{
	keys_set = draw(2);
	show(keys_set ? "\033[?1h" : "\033[?1l", 5);
}

static void look(void)
{
	u32 row, column;

	if (!screen_wait(&row, &column)) {
		char place[32];
		format(place, sizeof(place), "row %u, column %u", row, column);
		fail("the screen", "as written", place);
	}
	looked++;
}

static void operate(void)
{
	u32 chance = draw(100);

	operations++;
	if (chance < 40)
		put_text();
	else if (chance < 60)
		put_mark();
	else if (chance < 70)
		move_lines();
	else if (chance < 85)
		ask_for_cursor();
	else if (chance < 92)
		ask_for_mode();
	else if (chance < 97)
		set_mode();
	else
		look();
}

int main(void)
{
	cap_t wake = grant_find("wake");
	enum microk_status status;

	console = grant_find("console");
	if (!report_begin() || !wake || !console)
		return 1;
	if (!screen_find()) {
		report("FAIL no screen of text\n");
		return 1;
	}
	for (const char *c = startup->arguments; *c >= '0' && *c <= '9'; c++)
		random_state = random_state * 10 + (u64)(*c - '0');
	ANSWERED(status, tty_mode(console, 1));
	screen_clear();
	show("\033c", 2);
	while (failures < FAILURES_MOST && !is_over(wake))
		operate();
	look();
	report("NOTE %lu operations, %lu answers, %lu looks, %u marks\n", operations, asked, looked,
	       marks);
	report("DONE %u failed\n", failures);
	return failures > 0 || status != OK;
}
