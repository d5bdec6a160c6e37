/*
 * Glyphs on a linear framebuffer. Nearly all screens have 32 bits a pixel; there two pixels are
 * stored at a time. All other formats (15, 16 or 24 bits, a number in a palette, or rows that are
 * not aligned) are written byte by byte.
 */
#include "drivers/console/font.h"
#include "drivers/console/paint.h"
#include "drivers/console/palette.h"
#include "microk/info.h"

#define VGA_COLOURS 16

static u32 pixel_bytes(const struct surface *s)
{
	return (s->bits + 7u) / 8;
}

/* Eight bits of brightness, scaled to a channel of `size` bits and moved to its position. */
static u32 channel(u32 rgb, u32 shift, u32 position, u32 size)
{
	u32 value = rgb >> shift & 0xff;

	return (size < 8 ? value >> (8 - size) : value << (size - 8)) << position;
}

static u32 pixel_of(const struct surface *s, u32 rgb)
{
	if (s->kind == SCREEN_INDEXED)
		return vga_nearest(rgb, VGA_COLOURS);
	return channel(rgb, 16, s->red, s->red_size) | channel(rgb, 8, s->green, s->green_size) |
	       channel(rgb, 0, s->blue, s->blue_size);
}

static u8 *address_of(const struct render *r, u32 row, u32 column)
{
	u64 y = r->top + row * FONT_HEIGHT, x = r->left + column * FONT_WIDTH;

	return (u8 *)r->surface.pixels + y * r->surface.pitch + x * pixel_bytes(&r->surface);
}

#define UNDERLINE (FONT_HEIGHT - 2)
#define STRIKE (FONT_HEIGHT / 2)
#define LEAN_ABOVE 6 /* lines of an italic character that move right, and those that move left */
#define LEAN_BELOW 11

/* A line of the cell's bitmap, and the marks of its attributes. The font has no italics: the upright form leans by a pixel. */
static u8 glyph_line(const u8 *glyph, u32 line, struct cell c)
{
	bool is_line = (line == UNDERLINE && c.attributes & CELL_UNDERLINE) ||
		       (line == STRIKE && c.attributes & CELL_STRIKE);
	u8 bits = is_line ? 0xff : glyph[line];

	if (!(c.attributes & CELL_ITALIC) || is_line)
		return bits;
	return line < LEAN_ABOVE ? bits >> 1 : line >= LEAN_BELOW ? (u8)(bits << 1) : bits;
}

/* A wide character, which the font never has, is its replacement and a blank. */
static const u8 *glyph_of(struct cell c)
{
	return font_glyph(c.code == CELL_REST ? ' ' : c.code, c.attributes & CELL_BOLD);
}

/* ---- 32 bits, aligned ---- */

static void clear_pairs(const struct surface *s)
{
	u32 background = pixel_of(s, PALETTE_BACKGROUND);
	u64 pair = (u64)background << 32 | background;

	for (u32 y = 0; y < s->height; y++) {
		u64 *row = (u64 *)((u8 *)s->pixels + (u64)y * s->pitch);
		for (u32 x = 0; x < s->width / 2; x++)
			row[x] = pair;
		if (s->width % 2)
			((u32 *)row)[s->width - 1] = background;
	}
}

/* Stores two pixels at a time, chosen by two bits of the glyph's row. */
static void draw_pairs(const struct render *r, u32 row, u32 column, struct cell c)
{
	const u8 *glyph = glyph_of(c);
	u8 *to = address_of(r, row, column);
	u32 text, ground;

	cell_colours(c, &text, &ground);
	u64 one = pixel_of(&r->surface, text), zero = pixel_of(&r->surface, ground);
	/* The left pixel, the higher bit, lies at the lower address. */
	const u64 pairs[4] = {
		zero << 32 | zero, one << 32 | zero, zero << 32 | one, one << 32 | one};

	for (u32 line = 0; line < FONT_HEIGHT; line++, to += r->surface.pitch) {
		u8 bits = glyph_line(glyph, line, c);
		u64 *pixels = (u64 *)to;
		pixels[0] = pairs[bits >> 6];
		pixels[1] = pairs[bits >> 4 & 3];
		pixels[2] = pairs[bits >> 2 & 3];
		pixels[3] = pairs[bits & 3];
	}
}

/* ---- all others ---- */

static u8 *put_pixel(u8 *to, u32 value, u32 bytes)
{
	for (u32 i = 0; i < bytes; i++)
		to[i] = (u8)(value >> 8 * i);
	return to + bytes;
}

static void clear_bytes(const struct surface *s)
{
	u32 background = pixel_of(s, PALETTE_BACKGROUND);

	for (u32 y = 0; y < s->height; y++) {
		u8 *to = (u8 *)s->pixels + (u64)y * s->pitch;
		for (u32 x = 0; x < s->width; x++)
			to = put_pixel(to, background, pixel_bytes(s));
	}
}

static void draw_bytes(const struct render *r, u32 row, u32 column, struct cell c)
{
	const u8 *glyph = glyph_of(c);
	u8 *at = address_of(r, row, column);
	u32 text, ground;

	cell_colours(c, &text, &ground);
	u32 one = pixel_of(&r->surface, text), zero = pixel_of(&r->surface, ground);

	for (u32 line = 0; line < FONT_HEIGHT; line++, at += r->surface.pitch) {
		u8 bits = glyph_line(glyph, line, c), *to = at;
		for (u32 bit = FONT_WIDTH; bit-- > 0;)
			to = put_pixel(to, bits >> bit & 1 ? one : zero, pixel_bytes(&r->surface));
	}
}

/* ---- the choice ---- */

static bool channel_fits(const struct surface *s, u32 position, u32 size)
{
	return size >= 1 && size <= 16 && position + size <= s->bits;
}

static bool format_known(const struct surface *s)
{
	if (s->kind == SCREEN_INDEXED)
		return s->bits == 8;
	return s->bits >= 15 && s->bits <= 32 && channel_fits(s, s->red, s->red_size) &&
	       channel_fits(s, s->green, s->green_size) && channel_fits(s, s->blue, s->blue_size);
}

const struct painter *pixel_painter(const struct surface *s)
{
	static const struct painter by_pairs = {clear_pairs, draw_pairs, FONT_WIDTH, FONT_HEIGHT};
	static const struct painter by_bytes = {clear_bytes, draw_bytes, FONT_WIDTH, FONT_HEIGHT};
	bool aligned = ((uintptr_t)s->pixels | s->pitch) % 8 == 0;

	if (!format_known(s) || s->pitch / pixel_bytes(s) < s->width ||
	    s->bytes / s->pitch < s->height)
		return NULL;
	return s->bits == 32 && aligned ? &by_pairs : &by_bytes;
}
