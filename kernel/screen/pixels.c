/* Characters on a linear framebuffer of 8 to 32 bits a pixel. The small font is drawn in blocks, so that a line has
 * about 80 characters on any screen. */
#include "microk/info.h"
#include "x86/cpu.h"
#include "screen/kinds.h"

#define INK 0xc8
#define INK_INDEX 7 /* of the sixteen colours that loaders set up: light grey */
#define COLUMNS_WANTED 80
#define CELL_DOTS_X (FONT_COLUMNS + 1)
#define CELL_DOTS_Y (FONT_ROWS + 1)
#define SCALE_Y_MIN 2

static u32 pixel_bytes(void)
{
	return (kinfo->fb_bpp + 7) / 8;
}

/* An 8-bit brightness as that channel has it. */
static u32 channel(u32 value, u32 position, u32 size)
{
	return (size < 8 ? value >> (8 - size) : value << (size - 8)) << position;
}

static u32 ink(void)
{
	if (kinfo->fb_kind == SCREEN_INDEXED)
		return INK_INDEX;
	return channel(INK, kinfo->fb_red_pos, kinfo->fb_red_size) |
	       channel(INK, kinfo->fb_green_pos, kinfo->fb_green_size) |
	       channel(INK, kinfo->fb_blue_pos, kinfo->fb_blue_size);
}

static void put_pixels(u8 *at, u32 value, u32 count)
{
	u32 bytes = pixel_bytes();

	for (u32 i = 0; i < count; i++, at += bytes)
		if (bytes == 4)
			*(volatile u32 *)at = value;
		else
			for (u32 b = 0; b < bytes; b++)
				((volatile u8 *)at)[b] = (u8)(value >> 8 * b);
}

static void pixels_clear(const struct canvas *c)
{
	for (u32 y = 0; y < kinfo->fb_height; y++)
		put_pixels(c->memory + (u64)y * kinfo->fb_pitch, c->ground, kinfo->fb_width);
}

static void pixels_draw(const struct canvas *c, u32 column, u32 row, char character)
{
	const u8 *glyph = screen_font[character - ' '];
	u64 x = (u64)column * CELL_DOTS_X * c->scale_x, y = (u64)row * CELL_DOTS_Y * c->scale_y;

	for (u32 line = 0; line < FONT_ROWS * c->scale_y; line++) {
		u8 *at = c->memory + (y + line) * kinfo->fb_pitch + x * pixel_bytes();
		u32 dots = glyph[line / c->scale_y];

		for (u32 bit = FONT_COLUMNS; bit-- > 0; at += (u64)c->scale_x * pixel_bytes())
			put_pixels(at, dots >> bit & 1 ? c->ink : c->ground, c->scale_x);
	}
}

/* The channels' positions and sizes lie inside 32 bits: multiboot2.c has seen to it. */
bool pixel_canvas(struct canvas *c, void *memory)
{
	u32 scale = MAX(kinfo->fb_width / (COLUMNS_WANTED * CELL_DOTS_X), 1u);

	*c = (struct canvas){.memory = memory,
			     .scale_x = scale,
			     .scale_y = MAX(scale, SCALE_Y_MIN),
			     .ink = ink(),
			     .clear = pixels_clear,
			     .draw = pixels_draw};
	c->columns = kinfo->fb_width / (CELL_DOTS_X * c->scale_x);
	c->rows = kinfo->fb_height / (CELL_DOTS_Y * c->scale_y);
	return c->columns && c->rows;
}
