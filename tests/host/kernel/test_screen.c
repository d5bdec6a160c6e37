/*
 * The kernel's screen, of several widths: the drawn text is right, whatever happens between two pieces, and a piece writes no
 * more pixels on a wide screen than on a narrow one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "must.h"
#include "screen/kinds.h"
#include "screen/screen.h"
#include "x86/cpu.h"
#include "x86/x86.h"

#define MOST_PIXELS 128
#define INK 0xc8c8c8u
#define UNTOUCHED 0xaaaaaaaau
#define CELL_X (FONT_COLUMNS + 1)
#define CELL_Y (FONT_ROWS + 1)

struct cpu_area cpu_area;
u8 *host_memory;
static u32 *pixels;
static u32 count; /* of pixels */
static u32 pieces;

u8 inb(u16 port)
{
	(void)port;
	return 0xff; /* no VGA */
}
void outb(u16 port, u8 value)
{
	(void)port, (void)value;
}
static void *map(u64 phys, size_t bytes)
{
	(void)phys, (void)bytes;
	return pixels;
}

static void begin(u32 width, u32 height)
{
	count = width * height;
	pixels = realloc(pixels, count * sizeof(*pixels));
	for (u32 i = 0; i < count; i++)
		pixels[i] = UNTOUCHED;
	kinfo->fb_kind = SCREEN_RGB;
	kinfo->fb_width = width;
	kinfo->fb_height = height;
	kinfo->fb_pitch = width * 4;
	kinfo->fb_bpp = 32;
	kinfo->fb_red_pos = 16, kinfo->fb_green_pos = 8, kinfo->fb_blue_pos = 0;
	kinfo->fb_red_size = kinfo->fb_green_size = kinfo->fb_blue_size = 8;
	kinfo->log_bytes = 0;
	screen_map(map);
}

/* Draws one piece, and counts the pixels that it wrote: only sometimes, because comparing a large screen takes long. */
static bool piece(bool (*step)(char), char c)
{
	u32 written = 0;

	if (pieces++ % (count / 2000 | 1))
		return step(c);
	u32 *before = malloc(count * sizeof(*before));
	memcpy(before, pixels, count * sizeof(*before));
	for (u32 i = 0; i < count; i++)
		pixels[i] = UNTOUCHED;
	bool done = step(c);
	for (u32 i = 0; i < count; i++)
		if (pixels[i] == UNTOUCHED)
			pixels[i] = before[i];
		else
			written++;
	free(before);
	MUST(written <= MOST_PIXELS);
	return done;
}

static void write_text(const char *text)
{
	for (; *text; text++)
		while (!piece(screen_put, *text))
			;
}

static bool return_step(char unused)
{
	(void)unused;
	return screen_return();
}

/* The character that is in that cell, or 0. */
static char read_cell(u32 column, u32 row)
{
	u32 scale_x = MAX(kinfo->fb_width / (80 * CELL_X), 1u), scale_y = MAX(scale_x, 2u);

	for (char c = ' '; c <= '~'; c++) {
		bool same = true;
		for (u32 y = 0; y < FONT_ROWS * scale_y && same; y++)
			for (u32 x = 0; x < FONT_COLUMNS * scale_x && same; x++) {
				u32 at = (row * CELL_Y * scale_y + y) * kinfo->fb_width +
					 column * CELL_X * scale_x + x;
				bool is_ink = screen_font[c - ' '][y / scale_y] >>
						      (FONT_COLUMNS - 1 - x / scale_x) &
					      1;
				same = pixels[at] == (is_ink ? INK : 0);
			}
		if (same)
			return c;
	}
	return 0;
}

static void want_line(u32 row, const char *text)
{
	for (u32 i = 0; text[i]; i++)
		if (read_cell(i, row) != text[i]) {
			fprintf(stderr,
				"row %u, column %u, %u pixels wide: '%c', expected '%c' of "
				"\"%s\"\n",
				row, i, kinfo->fb_width, read_cell(i, row), text[i], text);
			abort();
		}
}

static void widths(void)
{
	static const u32 width[] = {480, 640, 1024, 1920, 3840};

	for (u32 i = 0; i < ARRAY_LEN(width); i++) {
		u32 scale_y = MAX(width[i] / (80 * CELL_X), 2u);
		begin(width[i], 3 * CELL_Y * scale_y); /* three rows */
		write_text("The first line\nThe second, {longer} one\nThird\n");
		want_line(0, "The first line");
		want_line(1, "The second, {longer} one");
		/* The text overwrites the older lines completely. */
		write_text("Over\nit\n");
		want_line(0, "Over          ");
		want_line(1, "it                      ");
		want_line(2, "Third");
		/* Another text comes between two pieces of a character. */
		MUST(!screen_put('A'));
		write_text("BA");
		write_text("A");
		want_line(2, "BAA");
		/* It is cleared in pieces, too. */
		screen_give();
		MUST(screen_put('x'));
		while (!piece(return_step, 0))
			;
		for (u32 p = 0; p < count; p++)
			MUST(pixels[p] == 0);
	}
}

/* Another text that begins with a newline comes between two pieces of a character. */
static void newline_between(void)
{
	begin(640, 4 * CELL_Y * 2);
	MUST(!screen_put('A'));
	write_text("\nA");
	want_line(1, "A");
	want_line(0, "  ");
}

/* The text at the machine's end begins a new page, which shows all of it if it fits. */
static void last_words(void)
{
	begin(640, 4 * CELL_Y * 2);
	write_text("1\n2\n3\n");
	screen_take();
	write_text("PANIC\nwhy\nwhere\nmore\nand what does not fit\n");
	want_line(0, "PANIC");
	want_line(1, "why");
	want_line(2, "where");
	want_line(3, "more");
}

int main(void)
{
	widths();
	newline_between();
	last_words();
	free(pixels);
	return 0;
}
