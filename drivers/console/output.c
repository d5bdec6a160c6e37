/*
 * Output. Programs end lines with \n, terminals expect CR LF. The conversion is done here, once
 * for screen and serial line, in raw mode too. (POSIX has a flag for this, OPOST; but no program that writes a bare \n wants
 * a staircase of lines.)
 */
#include "drivers/console/output.h"
#include "drivers/console/mirror.h"
#include "drivers/console/serial.h"
#include "lib/microk/util.h"

#define CHUNK 256

#define LINE_CELLS (128u * 1024) /* of the history: 1024 lines of 128 columns */

static struct terminal terminal;
static struct cell lines[LINE_CELLS];
static struct render render;
static struct remote remote = {.send = serial_write, .clock = tsc_read};
static bool has_screen, has_serial;

static void program_asked(void)
{
	remote_passed(&remote);
}

static struct mirror mirror = {.send = serial_write, .asked = program_asked};

bool output_init(const struct surface *surface, bool serial, u64 hz)
{
	has_serial = serial;
	remote.hz = hz;
	remote_init(&remote);
	has_screen = surface && render_init(&render, surface);
	mirror.pass_queries = !has_screen;
	if (has_screen) {
		terminal_init(&terminal, render.columns, render.rows);
		history_init(&terminal.history, render.columns, LINE_CELLS);
		render_update(&render, &terminal, lines);
	}
	return has_screen || !surface;
}

static void send(const char *bytes, size_t count, bool to_serial)
{
	if (has_screen)
		terminal_write(&terminal, lines, bytes, count);
	if (has_serial && to_serial)
		mirror_write(&mirror, bytes, count);
}

static void send_lines(const char *bytes, size_t count, bool to_serial)
{
	char chunk[CHUNK];
	size_t used = 0;

	for (size_t i = 0; i < count; i++) {
		if (used + 2 > CHUNK) {
			send(chunk, used, to_serial);
			used = 0;
		}
		if (bytes[i] == '\n')
			chunk[used++] = '\r';
		chunk[used++] = bytes[i];
	}
	send(chunk, used, to_serial);
}

void output_write(const char *bytes, size_t count)
{
	send_lines(bytes, count, true);
}

void output_replay(const char *bytes, size_t count)
{
	send_lines(bytes, count, false);
}

void output_update(void)
{
	if (has_screen)
		render_update(&render, &terminal, lines);
}

void output_look(int pages)
{
	i64 lines_a_page = render.rows > 1 ? render.rows - 1 : 1;

	if (has_screen &&
	    terminal_view(&terminal, pages ? pages * lines_a_page : -(i64)terminal.view))
		output_update();
}

bool output_application_cursor(void)
{
	return has_screen && terminal.application_cursor;
}

size_t output_answer_take(char to[TERMINAL_ANSWER_MAX])
{
	return has_screen ? terminal_answer_take(&terminal, to) : 0;
}

bool output_has(enum output_terminal which)
{
	return which == OUTPUT_SCREEN ? has_screen : has_serial;
}

struct output_size output_size(enum output_terminal which)
{
	if (which == OUTPUT_SCREEN && has_screen)
		return (struct output_size){render.columns, render.rows};
	return (struct output_size){remote.columns, remote.rows};
}

/* ---- the far end of the serial line ---- */

void output_ask(void)
{
	if (has_serial)
		remote_ask(&remote);
}

size_t output_receive(const char *bytes, size_t count, char *typed)
{
	return remote_receive(&remote, bytes, count, typed);
}

size_t output_release(char *typed)
{
	return remote_release(&remote, typed);
}

u64 output_deadline(void)
{
	return remote_deadline(&remote);
}

bool output_answered(void)
{
	return remote.answered;
}
