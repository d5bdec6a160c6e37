/*
 * Output. Programs end lines with \n, terminals expect CR LF. The conversion is done here, once
 * for screen and serial line, in raw mode too, unless a program switches it off (POSIX: OPOST, ONLCR). Lines of the log and
 * the console's own are converted in any case.
 *
 * The screen is drawn sixty times a second at most. A program that writes a long text scrolls it out of sight faster than a
 * person reads, and drawing each of its messages costs more than all the rest.
 */
#include "drivers/console/output.h"
#include "drivers/console/emulate.h"
#include "drivers/console/sending.h"
#include "lib/microk/util.h"

#define CHUNK 256
#define DRAWINGS_A_SECOND 60
#define TRIES_A_SECOND 200 /* of sending, while the line stands still */

static struct render render;
static bool has_screen, has_serial;
static bool is_drawn, is_sent; /* nothing is left to draw, or to send */
static u64 drawn_at, tried_at, ticks_a_second;

static void program_asked(void)
{
	remote_passed(&kept->remote);
}

struct output_size output_screen(const struct surface *surface)
{
	has_screen = surface && render_init(&render, surface);
	return has_screen ? (struct output_size){render.columns, render.rows}
			  : (struct output_size){1, 1};
}

static void set(struct kept *k)
{
	k->remote.send = sending_put;
	k->remote.clock = tsc_read;
	k->remote.hz = ticks_a_second;
	k->mirror.send = sending_put;
	k->mirror.asked = program_asked;
	k->mirror.pass_queries = !has_screen;
}

void output_start(bool serial, u64 hz)
{
	has_serial = serial;
	ticks_a_second = hz;
	kept_each(set);
	grid_redraw(terminal_grid(&kept->terminal));
	is_drawn = is_sent = false;
	output_finish();
}

u64 output_ticks(u32 tenths)
{
	return ticks_a_second / 10 * tenths;
}

static void send(const char *bytes, size_t count, bool to_serial)
{
	if (has_screen)
		terminal_write(&kept->terminal, kept_lines, bytes, count);
	if (has_serial && to_serial)
		mirror_write(&kept->mirror, bytes, count);
	is_drawn = is_sent = false;
}

static void send_lines(const struct settings *s, const char *bytes, size_t count, bool to_serial)
{
	char chunk[CHUNK];
	size_t taken;

	for (; count > 0; bytes += taken, count -= taken) {
		taken = count;
		send(chunk, settings_post(s, bytes, &taken, chunk, CHUNK), to_serial);
	}
}

void output_write(const char *bytes, size_t count)
{
	const struct settings s = settings_cooked();

	send_lines(&s, bytes, count, true);
}

void output_program(const char *bytes, size_t count)
{
	const struct settings s = kept->ldisc.settings;

	send_lines(&s, bytes, count, true);
}

void output_replay(const char *bytes, size_t count)
{
	const struct settings s = settings_cooked();

	send_lines(&s, bytes, count, false);
}

void output_look(int pages)
{
	i64 lines_a_page = render.rows > 1 ? render.rows - 1 : 1;
	i64 lines = pages ? pages * lines_a_page : -(i64)kept->terminal.view;

	if (has_screen && terminal_view(&kept->terminal, lines))
		is_drawn = false;
}

bool output_application_cursor(void)
{
	return has_screen && kept->terminal.application_cursor;
}

/* ---- drawing and sending ---- */

static u64 drawing_due(void)
{
	return drawn_at + ticks_a_second / DRAWINGS_A_SECOND;
}

void output_finish(void)
{
	u64 now = tsc_read();

	if (!is_sent) {
		is_sent = !has_serial || !sending_flush();
		tried_at = now;
	}
	if (has_screen && !is_drawn && now >= drawing_due()) {
		render_update(&render, &kept->terminal, kept_lines);
		is_drawn = true;
		drawn_at = now;
	}
}

u64 output_finish_deadline(void)
{
	u64 send_at = is_sent ? 0 : tried_at + ticks_a_second / TRIES_A_SECOND;
	u64 draw_at = has_screen && !is_drawn ? drawing_due() : 0;

	return !send_at || (draw_at && draw_at < send_at) ? draw_at : send_at;
}

/* ---- answers and sizes ---- */

size_t output_answer_take(char to[TERMINAL_ANSWER_MAX])
{
	return has_screen ? terminal_answer_take(&kept->terminal, to) : 0;
}

bool output_has(enum output_terminal which)
{
	return which == OUTPUT_SCREEN ? has_screen : has_serial;
}

struct output_size output_size(enum output_terminal which)
{
	if (which == OUTPUT_SCREEN && has_screen)
		return (struct output_size){render.columns, render.rows};
	return (struct output_size){kept->remote.columns, kept->remote.rows};
}

/* ---- the far end of the serial line ---- */

void output_ask(void)
{
	if (has_serial)
		remote_ask(&kept->remote);
	is_sent = false;
}

size_t output_receive(const char *bytes, size_t count, char *typed)
{
	return remote_receive(&kept->remote, bytes, count, typed);
}

size_t output_release(char *typed)
{
	return remote_release(&kept->remote, typed);
}

u64 output_deadline(void)
{
	return remote_deadline(&kept->remote);
}

bool output_answered(void)
{
	return kept->remote.answered;
}
