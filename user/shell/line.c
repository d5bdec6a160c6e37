/*
 * The person's side of the shell: keys in, the line drawn as it changes.
 *
 * Keys that arrived together are taken together and drawn once, so a paste or a slow serial line
 * does not cost one drawing for each key.
 */
#include "user/shell/line.h"
#include "gen/protocols/file_client.h"
#include "gen/protocols/tty_client.h"
#include "lib/microk/print.h"
#include "lib/microk/string.h"
#include "user/shell/bell.h"
#include "user/shell/command.h"
#include "user/shell/complete.h"
#include "user/shell/foreground.h"
#include "user/shell/history.h"
#include "user/shell/output.h"
#include "user/shell/search.h"
#include "user/shell/sink.h"
#include "lib/microk/pause.h"

#define COLUMNS_MIN 20u       /* the editor and the tables assume at least as many */
#define FAILURES_MAX 16       /* successive failed reads after which the terminal counts as gone */
#define PIECES_BETWEEN 16     /* two questions whether the person has typed ^C */
#define PLACE_TICKS 100000000 /* some tens of ms between two attempts to wait for input */

static cap_t terminal;
static struct editor editor;
static struct history history;
static struct search search;
static struct keys keys;
static struct file_read_result input;
static size_t input_used;
static bool after_return; /* the last key was CR: an LF right after it belongs to it */
static u32 narrowest;     /* columns of the narrowest terminal that shows the line */
static bool size_changed; /* since the line was drawn */

bool line_setup(cap_t console)
{
	terminal = console;
	enum microk_status status = tty_mode(terminal, 1);
	if (status != OK)
		print("shell: the terminal rejected raw mode: %s\n", status_text(status));
	return status == OK;
}

/* Uses the size of the current terminal, the one that received the last key. */
static void take_size(void)
{
	struct tty_size_result size;

	if (tty_size(terminal, &size) != OK)
		return;
	u32 columns = MAX(size.columns, COLUMNS_MIN);
	size_changed |= columns != command_columns();
	command_set_size(columns, size.rows);
	narrowest = size.narrowest;
}

/* Waits for input; false when the terminal is gone. Input selects the current terminal, and the answer to the question about
 * its size has arrived by then. */
static bool fill_input(void)
{
	out_flush();
	for (int failures = 0; failures < FAILURES_MAX;) {
		input_used = input.data_length = 0;
		enum microk_status status = file_read(terminal, sizeof(input.data), &input);
		if (status == OK && input.data_length > 0) {
			take_size();
			return true;
		}
		/* A new instance of the console starts in cooked mode. */
		if (status == ERR_PEER_DIED)
			tty_mode(terminal, 1);
		/* ERR_NO_SPACE: other readers have all places to wait in, but the terminal exists. */
		failures += status != ERR_NO_SPACE || pause_ticks(PLACE_TICKS) != OK;
	}
	return false;
}

/* Appends the bytes that can be read at once; false if the terminal does not answer. */
static bool take_typed(void)
{
	static struct file_read_result more;
	struct file_stat_result there;
	size_t left = input.data_length - input_used, room = sizeof(input.data) - left;

	if (room == 0)
		return true;
	enum microk_status status = file_stat(terminal, &there);
	if (status != OK || there.size == 0)
		return status == OK;
	if (file_read(terminal, (u32)room, &more) != OK)
		return false;
	memmove(input.data, input.data + input_used, left);
	memcpy(input.data + left, more.data, more.data_length);
	input.data_length = left + more.data_length;
	input_used = 0;
	return true;
}

int line_typed(void)
{
	out_flush();
	if (input_used == input.data_length && !take_typed())
		return KEY_CTRL('C');
	return input_used < input.data_length ? input.data[input_used++] : -1;
}

bool line_watch(cap_t signal)
{
	struct file_watch_args args = {.events = EVENT_READABLE, .signal = signal};

	return file_watch(terminal, &args) == OK;
}

bool line_interrupted(void)
{
	static u32 pieces;

	return ++pieces % PIECES_BETWEEN == 0 && line_interrupted_now();
}

bool line_interrupted_now(void)
{
	bool interrupted = false;

	/* The typed bytes are the processes', and ^C comes as a signal. */
	if (foreground_is_given())
		bell_poll();
	if (foreground_is_given() || foreground_interrupted())
		return foreground_interrupted();

	out_flush(); /* the typed line, if it came at once and its command prints nothing */
	take_typed();
	for (size_t i = input_used; i < input.data_length; i++)
		if (input.data[i] == KEY_CTRL('C')) {
			input_used = i + 1;
			interrupted = true;
		}
	return interrupted;
}

bool line_interrupted_before(void)
{
	bool interrupted = line_interrupted_now();

	if (interrupted)
		out_text("^C\n");
	return interrupted;
}

/* The next key; false when the terminal is gone. */
static bool next_key(u32 *key)
{
	for (;;) {
		if (input_used == input.data_length && !fill_input())
			return false;
		u8 byte = input.data[input_used++];
		bool second_half = byte == '\n' && after_return;
		after_return = byte == '\r';
		if (!second_half && keys_feed(&keys, byte, key))
			return true;
	}
}

static void draw(const char *prompt)
{
	char text[EDITOR_DRAW_MAX];

	out_bytes(text, editor_draw(&editor, prompt, command_columns(), text));
}

/* Does the editor's requests; returns whether the line must be drawn again. */
static bool act(enum edit_result result)
{
	const char *recalled;

	switch (result) {
	case EDIT_REFUSED: out_text("\a"); return false;
	case EDIT_CLEAR: out_text("\x1b[H\x1b[2J"); return true;
	case EDIT_COMPLETE: complete(&editor); return true;
	case EDIT_SEARCH: search_begin(&search, &history, &editor); return true;
	case EDIT_OLDER:
	case EDIT_NEWER:
		recalled = result == EDIT_OLDER ? history_older(&history, editor.text)
						: history_newer(&history);
		if (recalled)
			editor_set(&editor, recalled);
		return recalled != NULL;
	default: return result == EDIT_CHANGED;
	}
}

/* A key while the history is searched. True: it is used up, and *stale whether the line must be drawn again. */
static bool search_takes(u32 key, bool *stale)
{
	if (!search.on)
		return false;
	enum search_result result = search_key(&search, &history, &editor, key);
	if (result == SEARCH_REFUSED)
		out_text("\a");
	*stale |= result != SEARCH_REFUSED;
	return result != SEARCH_ENDED;
}

/* Edits until the line is finished: EDIT_DONE, EDIT_LOST, EDIT_ABANDON or EDIT_END. */
static enum edit_result edit(const char *prompt, bool *gone)
{
	bool stale = true; /* the line has changed since it was drawn */
	bool lost = false; /* a key did not fit, and nothing was removed from the line since */
	u32 key;

	for (;;) {
		if (stale && input_used == input.data_length) {
			draw(search.on ? search.prompt : prompt);
			stale = false;
		}
		*gone = !next_key(&key);
		if (*gone)
			return EDIT_END;
		stale |= size_changed;
		size_changed = false;
		if (search_takes(key, &stale))
			continue;
		size_t before = editor.length;
		enum edit_result result = editor_key(&editor, key);
		if (result == EDIT_DONE && lost)
			result = EDIT_LOST;
		/* One bell for a line that is full, not one for each byte of a paste. */
		bool rung = lost && result == EDIT_REFUSED;
		lost = (lost || result == EDIT_REFUSED) && editor.length >= before &&
		       result != EDIT_OLDER && result != EDIT_NEWER && result != EDIT_SEARCH;
		if (result == EDIT_DONE || result == EDIT_LOST || result == EDIT_ABANDON ||
		    result == EDIT_END) {
			if (stale)
				draw(prompt);
			return result;
		}
		if (result == EDIT_APPENDED && !stale && editor_fits(&editor, prompt, narrowest))
			out_bytes(&editor.text[editor.length - 1], 1);
		else
			stale |= result == EDIT_APPENDED || (!rung && act(result));
	}
}

static enum edit_result last; /* of the line read last */

bool line_was_finished(void)
{
	return last == EDIT_DONE;
}

bool line_was_abandoned(void)
{
	return last == EDIT_ABANDON;
}

/* Measures the terminal and reads a line. NULL: the terminal is gone. */
static const char *read_line(const char *prompt)
{
	bool gone;

	out_flush(); /* the question moves the cursor, so all output must be sent before */
	tty_measure(terminal);
	take_size();
	editor_clear(&editor);
	search.on = false;
	last = edit(prompt, &gone);
	if (gone)
		return NULL;
	if (last == EDIT_ABANDON)
		out_text("^C");
	out_text("\n");
	if (last == EDIT_LOST)
		out("That line is too long: its end is lost, so it was not run. The limit is %'u "
		    "bytes.\n",
		    EDITOR_MAX);
	if (last != EDIT_DONE)
		editor_clear(&editor);
	return editor.text;
}

const char *line_read(const char *prompt)
{
	if (!out_at_line_start())
		out_text("\n");
	const char *line = read_line(prompt);
	if (!line)
		return NULL;
	if (last == EDIT_END)
		line_no_end();
	history_add(&history, line);
	return line;
}

const char *line_earlier(u32 n)
{
	return history_line(&history, n);
}

void line_no_end(void)
{
	out_text("This shell does not end; poweroff switches the machine off.\n");
}

const char *line_answer(void)
{
	char prompt[SINK_LINE_MAX + 1];
	struct sink *before = output_to_terminal();

	/* The text in this row of the terminal is the question, which the editor draws again with each change. */
	string_copy(prompt, sizeof(prompt), out_open_line());
	if (prompt[0] == '\0' && !out_at_line_start())
		out_text("\n");
	if (foreground_is_given())
		tty_mode(terminal, 1);
	const char *line = read_line(prompt);
	if (foreground_is_given())
		tty_mode(terminal, 0);
	output_to(before);
	return line && last == EDIT_DONE ? line : NULL;
}
