/* The terminal's input: which effect each character, control and sequence has. */
#pragma once
#include "drivers/console/terminal.h"

/* Sets an empty screen without a history; sizes are 1..GRID_MAX_*. `cells`: of the two screens, 2 * columns * rows. */
void terminal_init(struct terminal *t, struct cell *cells, u32 columns, u32 rows);

/* Shows bytes. Any bytes are allowed; sequences may be split between calls. `lines`: the memory of the history, or NULL
 * where there is none. */
void terminal_write(struct terminal *t, struct cell *lines, const char *bytes, size_t count);
