/* The terminal's cursor: its movements, tab stops and saved places. */
#pragma once
#include "drivers/console/terminal.h"

/* To a place of the screen, limited to the grid; and one counted from the region's top in origin mode, and limited to it. */
void cursor_place(struct terminal *t, u32 column, u32 row);
void cursor_address(struct terminal *t, u32 column, u32 row);

/* Up and down stop at the region's edge if the cursor starts inside it (VT100: CUU, CUD). */
void cursor_up(struct terminal *t, u32 count);
void cursor_down(struct terminal *t, u32 count);
void cursor_left(struct terminal *t, u32 count);
void cursor_right(struct terminal *t, u32 count);

/* `count` tab stops on or back; the first and the last column are the last stops. */
void cursor_tab(struct terminal *t, u32 count);
void cursor_tab_back(struct terminal *t, u32 count);
void tabs_reset(struct terminal *t);
void tab_set(struct terminal *t, bool set);
/* TBC: 0 the stop here, 3 all. */
void tabs_clear(struct terminal *t, u32 what);

void cursor_save(struct terminal *t);
void cursor_restore(struct terminal *t);
