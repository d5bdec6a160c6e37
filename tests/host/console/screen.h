/* A small terminal, and the text that a test expects on it. */
#pragma once
#include "check.h"
#include "drivers/console/emulate.h"

#define COLUMNS 10
#define ROWS 4

static struct terminal t;
static struct cell cells[2 * GRID_MAX_COLUMNS * GRID_MAX_ROWS];

static inline void type(const char *text)
{
	terminal_write(&t, NULL, text, strlen(text));
}

/* The rows as text, '|' between them, without blanks at their ends. Code points beyond ASCII are '#', a wide
 * character's second cell is '<'. Returns the length. */
static inline size_t screen_text(char *to)
{
	size_t used = 0;

	for (u32 r = 0; r < ROWS; r++) {
		size_t end = used;
		for (u32 c = 0; c < COLUMNS; c++) {
			u32 code = grid_row(terminal_grid(&t), r)[c].code;
			to[used++] = code == CELL_REST ? '<' : code < 128 ? (char)code : '#';
			if (code != ' ')
				end = used;
		}
		used = end;
		to[used++] = '|';
	}
	return used - 1;
}

static inline void screen_expect(int line, const char *what, const char *want, u32 column, u32 row)
{
	char got[(COLUMNS + 1) * ROWS];
	size_t bytes = screen_text(got);

	check_bytes(__FILE__, line, what, got, bytes, want, strlen(want));
	if (t.cursor.column == column && t.cursor.row == row)
		return;
	printf("line %d: %s: cursor at column %u row %u, expected %u %u\n", line, what,
	       t.cursor.column, t.cursor.row, column, row);
	check_failures++;
}

/* Shows text on a fresh screen; then the rows and the cursor's place. */
#define EXPECT(text, want, column, row)                                                            \
	(terminal_init(&t, cells, COLUMNS, ROWS), type(text),                                             \
	 screen_expect(__LINE__, text, want, column, row))
/* The same on the screen as it is. */
#define THEN(text, want, column, row)                                                              \
	(type(text), screen_expect(__LINE__, text, want, column, row))
