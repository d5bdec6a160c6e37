/* VGA text: two bytes a character, the code and its colours, in the adapter's memory (IBM VGA Technical Reference;
 * the registers also in Intel's graphics PRM, "VGA and Extended VGA Registers"). */
#include "microk/info.h"
#include "screen/kinds.h"
#include "x86/cpu.h"
#include "x86/x86.h"

#define TEXT_PHYS 0xb8000
#define TEXT_COLUMNS 80
#define TEXT_ROWS 25
#define CELL_BYTES 2
#define CELLS_AT_ONCE 32
#define COLOURS 0x07 /* light grey on black */

#define MISC_OUTPUT_READ 0x3cc /* reads as all ones without a VGA */
#define ABSENT 0xff
#define MISC_IS_COLOUR 0x01 /* its CRT controller is at 0x3d4, its text at 0xb8000 */
#define GRAPHICS_INDEX 0x3ce
#define GRAPHICS_DATA 0x3cf
#define GRAPHICS_MISC 6
#define GRAPHICS_ON 0x01
#define GRAPHICS_MAP 0x0c
#define GRAPHICS_MAP_B8000 0x0c
#define CRT_INDEX 0x3d4
#define CRT_DATA 0x3d5
#define CRT_CURSOR_START 0x0a
#define CURSOR_OFF 0x20

bool text_is_shown(void)
{
	u8 misc = inb(MISC_OUTPUT_READ);

	if (misc == ABSENT || !(misc & MISC_IS_COLOUR))
		return false;
	outb(GRAPHICS_INDEX, GRAPHICS_MISC);
	misc = inb(GRAPHICS_DATA);
	return !(misc & GRAPHICS_ON) && (misc & GRAPHICS_MAP) == GRAPHICS_MAP_B8000;
}

u64 text_describe(void)
{
	kinfo->fb_kind = SCREEN_TEXT;
	kinfo->fb_width = TEXT_COLUMNS;
	kinfo->fb_height = TEXT_ROWS;
	kinfo->fb_pitch = TEXT_COLUMNS * CELL_BYTES;
	kinfo->fb_bpp = 8 * CELL_BYTES;
	return TEXT_PHYS;
}

static bool text_draw(const struct canvas *c, u32 column, u32 row, char character, u32 *done)
{
	u8 *cell = c->memory + (u64)row * kinfo->fb_pitch + (u64)column * CELL_BYTES;

	*(volatile u16 *)cell = (u16)((u8)character | COLOURS << 8);
	*done = 0;
	return true;
}

static bool text_clear(const struct canvas *c, u64 *done)
{
	u64 all = (u64)c->rows * c->columns, end = MIN(*done + CELLS_AT_ONCE, all);
	u32 whole = 0;

	for (; *done < end; ++*done)
		text_draw(c, (u32)(*done % c->columns), (u32)(*done / c->columns), ' ', &whole);
	return end == all;
}

/* The blinking cursor would stay where the firmware left it. */
bool text_canvas(struct canvas *c, void *memory)
{
	outb(CRT_INDEX, CRT_CURSOR_START);
	outb(CRT_DATA, CURSOR_OFF);
	*c = (struct canvas){
		.memory = memory,
		.columns = kinfo->fb_width,
		.rows = kinfo->fb_height,
		.clear = text_clear,
		.draw = text_draw};
	return c->columns && c->rows && kinfo->fb_pitch >= c->columns * CELL_BYTES;
}
