/* Characters on a linear framebuffer of 8 to 32 bits a pixel. The small font is drawn in blocks, so that a line has
 * about 80 characters on any screen. */
#include "microk/info.h"
#include "screen/kinds.h"
#include "x86/cpu.h"

#define INK 0xc8
#define INK_INDEX 7 /* of the sixteen colours that loaders set up: light grey */
#define COLUMNS_WANTED 80
#define CELL_DOTS_X (FONT_COLUMNS + 1)
#define CELL_DOTS_Y (FONT_ROWS + 1)
#define SCALE_Y_MIN 2
/* Pixels in a piece: of a character, in which each dot is looked up; and of a line that is cleared. */
#define PIXELS_AT_ONCE 16
#define RUN_AT_ONCE 128u

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

static bool pixels_clear(const struct canvas *c, u64 *done)
{
	u32 y = (u32)(*done / kinfo->fb_width), x = (u32)(*done % kinfo->fb_width);
	u32 run = MIN(kinfo->fb_width - x, RUN_AT_ONCE);

	put_pixels(c->memory + (u64)y * kinfo->fb_pitch + (u64)x * pixel_bytes(), c->ground, run);
	*done += run;
	return *done == (u64)kinfo->fb_width * kinfo->fb_height;
}

/* `done` counts the pixels of the character, line by line. */
static bool pixels_draw(const struct canvas *c, u32 column, u32 row, char character, u32 *done)
{
	const u8 *glyph = screen_font[character - ' '];
	u32 width = FONT_COLUMNS * c->scale_x, all = width * FONT_ROWS * c->scale_y;
	u32 end = MIN(*done + PIXELS_AT_ONCE, all);
	u64 left = (u64)column * CELL_DOTS_X * c->scale_x,
	    top = (u64)row * CELL_DOTS_Y * c->scale_y;

	while (*done < end) {
		u32 line = *done / width, x = *done % width;
		u32 bit = FONT_COLUMNS - 1 - x / c->scale_x;
		u32 run = MIN(c->scale_x - x % c->scale_x, end - *done);
		bool is_ink = glyph[line / c->scale_y] >> bit & 1;

		put_pixels(c->memory + (top + line) * kinfo->fb_pitch + (left + x) * pixel_bytes(),
			   is_ink ? c->ink : c->ground, run);
		*done += run;
	}
	if (end < all)
		return false;
	*done = 0;
	return true;
}

/* multiboot2.c has checked that the channels' positions and sizes lie inside 32 bits. */
bool pixel_canvas(struct canvas *c, void *memory)
{
	u32 scale = MAX(kinfo->fb_width / (COLUMNS_WANTED * CELL_DOTS_X), 1u);

	*c = (struct canvas){
		.memory = memory,
		.scale_x = scale,
		.scale_y = MAX(scale, SCALE_Y_MIN),
		.ink = ink(),
		.clear = pixels_clear,
		.draw = pixels_draw};
	c->columns = kinfo->fb_width / (CELL_DOTS_X * c->scale_x);
	c->rows = kinfo->fb_height / (CELL_DOTS_Y * c->scale_y);
	return c->columns && c->rows;
}
