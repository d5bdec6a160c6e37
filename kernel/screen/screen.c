/*
 * Linux has earlyprintk drivers, a framebuffer console and, for panics, one more renderer (drm_panic); seL4 has
 * a serial line only. A microkernel's screen belongs to a driver, but a boot that fails does not reach that driver. So the
 * kernel draws a page of text, and forgets it when user space takes the screen. At the bottom it begins again at the top,
 * over the older lines. In a panic it stops at the bottom, since the first lines matter most.
 *
 * Interrupts are off while the kernel draws, and screens grow: a character is 80 pixels on one of 640 columns, 2,560 on one
 * of 3,840. So everything is done in pieces of a fixed number of pixels, and a piece takes equally long on any screen.
 * (Linux' framebuffer console draws whole characters, and scrolls, under the console's lock.)
 */
#include "screen/screen.h"
#include "screen/kinds.h"
#include "x86/cpu.h"
#include "x86/layout.h"

static enum { SCREEN_ABSENT, SCREEN_HELD, SCREEN_OURS, SCREEN_GIVEN } state;
static struct canvas canvas;
static u64 framebuffer; /* physical address */
static u32 column, row;
static bool last_page; /* no second one after it */
static bool is_over;   /* the lines from this one on show an older page */
static u64 held_from;  /* log bytes when drawing stopped */
static char drawing;   /* the character that is at column, row in part */
static u32 drawn;      /* and which part */
static u64 cleared;    /* of a page that is to begin */

/* Clears a piece of the page. True: the page is empty. */
static bool begin_page_step(void)
{
	if (!canvas.clear(&canvas, &cleared))
		return false;
	cleared = 0;
	column = row = drawn = 0;
	is_over = false;
	return true;
}

static void begin_page(void)
{
	cleared = 0;
	while (!begin_page_step())
		;
}

static void draw_from(u64 log_byte)
{
	for (; log_byte < kinfo->log_bytes; log_byte++)
		while (!screen_put(cpu_area.log[log_byte]))
			;
}

/* The framebuffer of the information area, seen at `memory`. */
static bool choose(void *memory)
{
	if (kinfo->fb_kind == SCREEN_TEXT)
		return text_canvas(&canvas, memory);
	return kinfo->fb_kind != SCREEN_NONE && pixel_canvas(&canvas, memory);
}

static u64 bytes_of_screen(void)
{
	return (u64)kinfo->fb_pitch * kinfo->fb_height;
}

static void show_early(void)
{
	/* The early tables show the first 4 GiB. */
	if (framebuffer + bytes_of_screen() > 1ul << 32 || !choose(phys_to_virt(framebuffer)))
		return;
	state = SCREEN_OURS;
	begin_page();
	draw_from(0);
}

u64 screen_start(void)
{
	if (text_is_shown())
		framebuffer = text_describe();
	show_early();
	return framebuffer;
}

/* If the loader described no screen, the one that was found stays. */
void screen_use_loaders(u64 framebuffer_phys)
{
	framebuffer = framebuffer_phys;
	if (kinfo->fb_kind == SCREEN_TEXT && state == SCREEN_OURS)
		return;
	state = SCREEN_ABSENT;
	show_early();
}

void screen_hold(void)
{
	if (state == SCREEN_OURS)
		state = SCREEN_HELD;
	held_from = kinfo->log_bytes;
}

void screen_map(void *(*map)(u64 phys, size_t bytes))
{
	bool begun = state == SCREEN_HELD;

	if (!bytes_of_screen() || !choose(map(framebuffer, bytes_of_screen())))
		return;
	state = SCREEN_OURS;
	if (!begun)
		begin_page();
	draw_from(begun ? held_from : 0);
}

/* A piece of it. Another character in the same place begins anew. True: it is there. */
static bool draw(char c)
{
	if (c != drawing)
		drawn = 0;
	drawing = c;
	if (!canvas.draw(&canvas, column, row, c, &drawn))
		return false;
	column++;
	return true;
}

/* False: something of an older line, or a part of another text's character, may be left after this one. */
static bool clear_rest(void)
{
	if ((!is_over && !drawn) || column == canvas.columns)
		return true;
	draw(' ');
	return false;
}

static void next_line(void)
{
	column = 0;
	if (++row == canvas.rows && !last_page) {
		row = 0;
		is_over = true;
	}
}

bool screen_put(char c)
{
	if (state != SCREEN_OURS || row == canvas.rows)
		return true;
	if (c == '\n') {
		if (!clear_rest())
			return false;
		next_line();
		return true;
	}
	if (column == canvas.columns)
		next_line();
	return row == canvas.rows || draw(c >= ' ' && c <= '~' ? c : '?');
}

void screen_give(void)
{
	cleared = 0;
	if (state == SCREEN_OURS)
		state = SCREEN_GIVEN;
}

bool screen_return(void)
{
	if (state != SCREEN_GIVEN)
		return true;
	if (!begin_page_step())
		return false;
	state = SCREEN_OURS;
	return true;
}

void screen_take(void)
{
	if (state == SCREEN_GIVEN)
		state = SCREEN_OURS;
	/* A page that is nearly full would have too little room left. */
	if (state == SCREEN_OURS)
		begin_page();
	last_page = true;
}
