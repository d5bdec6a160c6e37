/* One character position of the screen: its character and attributes. */
#pragma once
#include "microk/types.h"

enum cell_attribute {
	CELL_BOLD = 0x01,
	CELL_DIM = 0x02,
	CELL_UNDERLINE = 0x04,
	CELL_INVERSE = 0x08,
	CELL_DEFAULT_FG = 0x10, /* the terminal's own text colour; fg must be 0 and is not used */
	CELL_DEFAULT_BG = 0x20, /* the terminal's own background; the same for bg */
	CELL_HIDDEN = 0x40,
	CELL_CURSOR = 0x80, /* only in the renderer's shadow: the cursor was drawn here */
	CELL_ITALIC = 0x100,
	CELL_STRIKE = 0x200,
	CELL_WIDE = 0x400, /* the character takes this cell and the next, whose code is CELL_REST */
};

#define CELL_REST 0u /* the code of a wide character's second cell */

struct cell {
	u32 code;  /* Unicode code point; a blank is ' ' */
	u8 fg, bg; /* palette indexes (palette.h) */
	u16 attributes;
};

static inline bool cell_equal(struct cell a, struct cell b)
{
	return a.code == b.code && a.fg == b.fg && a.bg == b.bg && a.attributes == b.attributes;
}
