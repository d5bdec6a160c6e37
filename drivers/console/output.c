/*
 * Output. Programs write lines ended by \n, terminals want CR LF: it is turned into that here,
 * once, for screen and serial line alike, in raw mode too (POSIX has a flag for it, OPOST; nobody
 * who writes a bare \n has meant a staircase).
 */
#include "drivers/console/output.h"
#include "drivers/console/mirror.h"
#include "drivers/console/serial.h"

#define CHUNK 256

static struct terminal terminal;
static struct render render;
static struct mirror mirror = {.send = serial_write};
static bool has_screen, has_serial;

/* What is taken to be at the far end of a serial line when there is no screen. */
static const struct output_size size_unknown = {80, 24};

bool output_init(const struct surface *surface, bool serial)
{
	has_serial = serial;
	has_screen = surface && render_init(&render, surface);
	mirror.pass_queries = !has_screen;
	if (has_screen) {
		terminal_init(&terminal, render.columns, render.rows);
		render_update(&render, &terminal);
	}
	return has_screen || !surface;
}

static void send(const char *bytes, size_t count, bool to_serial)
{
	if (has_screen)
		terminal_write(&terminal, bytes, count);
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
		render_update(&render, &terminal);
}

size_t output_answer_take(char to[TERMINAL_ANSWER_MAX])
{
	return has_screen ? terminal_answer_take(&terminal, to) : 0;
}

struct output_size output_size(void)
{
	if (!has_screen)
		return size_unknown;
	return (struct output_size){render.columns, render.rows};
}
