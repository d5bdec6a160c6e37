#include "tests/guest/console_load/screen.h"
#include "lib/microk/pause.h"
#include "lib/microk/startup.h"
#include "microk/info.h"

#define TRIES 500

char screen[SCREEN_ROWS][SCREEN_COLUMNS];

static const volatile u16 *shown;
static const struct microk_info *info;

void screen_clear(void)
{
	for (u32 row = 0; row < SCREEN_ROWS; row++)
		for (u32 column = 0; column < SCREEN_COLUMNS; column++)
			screen[row][column] = ' ';
}

void screen_put(u32 row, u32 column, const char *text, u32 length)
{
	for (u32 i = 0; i < length; i++)
		screen[row][column + i] = text[i];
}

void screen_scroll(void)
{
	for (u32 row = 0; row < SCREEN_ROWS; row++)
		for (u32 column = 0; column < SCREEN_COLUMNS; column++)
			screen[row][column] = row + 1 < SCREEN_ROWS ? screen[row + 1][column] : ' ';
}

bool screen_find(void)
{
	const struct startup_entry *frames = grant_entry("framebuffer"),
				   *area = grant_entry("info");

	if (!frames || !frames->address || !area || !area->address)
		return false;
	info = (const struct microk_info *)area->address;
	shown = (const volatile u16 *)(frames->address + info->fb_offset);
	return info->fb_kind == SCREEN_TEXT && info->fb_width == SCREEN_COLUMNS &&
	       info->fb_height == SCREEN_ROWS;
}

static bool is_shown(u32 *row, u32 *column)
{
	for (*row = 0; *row < SCREEN_ROWS; ++*row)
		for (*column = 0; *column < SCREEN_COLUMNS; ++*column)
			if ((char)shown[*row * info->fb_pitch / 2 + *column] !=
			    screen[*row][*column])
				return false;
	return true;
}

bool screen_wait(u32 *row, u32 *column)
{
	for (u32 i = 0; i < TRIES; i++) {
		if (is_shown(row, column))
			return true;
		pause_ticks(info->tsc_hz / TRIES);
	}
	return false;
}
