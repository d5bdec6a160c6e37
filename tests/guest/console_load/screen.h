/* The screen that the client expects, and the one that VGA's memory shows. */
#pragma once
#include "microk/types.h"

#define SCREEN_COLUMNS 80
#define SCREEN_ROWS 25

extern char screen[SCREEN_ROWS][SCREEN_COLUMNS];

void screen_clear(void);
void screen_put(u32 row, u32 column, const char *text, u32 length);
/* The top row is gone, and the last one is blank. */
void screen_scroll(void);

/* Whether the machine's screen is text that this program can read. */
bool screen_find(void);
/* Waits until the machine's screen shows it. False: it did not in a second; then the first place that differs. */
bool screen_wait(u32 *row, u32 *column);
