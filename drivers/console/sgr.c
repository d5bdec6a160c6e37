/* SGR (ECMA-48, 8.3.117), with xterm's 38;5;n and 38;2;r;g;b, the latter mapped to the palette. */
#include "drivers/console/sgr.h"
#include "drivers/console/palette.h"

struct cell sgr_default(void)
{
	return (struct cell){.code = ' ', .attributes = CELL_DEFAULT_FG | CELL_DEFAULT_BG};
}

static void set_foreground(struct cell *pen, u8 index)
{
	pen->fg = index;
	pen->attributes &= (u16)~CELL_DEFAULT_FG;
}

static void set_background(struct cell *pen, u8 index)
{
	pen->bg = index;
	pen->attributes &= (u16)~CELL_DEFAULT_BG;
}

/* Applies 38 or 48 at param[at] with its arguments. Returns the index of the last one used. */
static u32 apply_extended(struct cell *pen, const struct parser *p, u32 at)
{
	u8 index;
	u32 last;

	if (at + 2 < p->params && p->param[at + 1] == 5) {
		last = at + 2;
		index = (u8)(p->param[last] > 255 ? 255 : p->param[last]);
	} else if (at + 4 < p->params && p->param[at + 1] == 2) {
		last = at + 4;
		index = palette_nearest(p->param[at + 2], p->param[at + 3], p->param[at + 4]);
	} else {
		return p->params; /* incomplete: the rest cannot be interpreted */
	}
	if (p->param[at] == 38)
		set_foreground(pen, index);
	else
		set_background(pen, index);
	return last;
}

static void apply_attribute(struct cell *pen, u32 n)
{
	static const u16 on[10] = {
		[1] = CELL_BOLD,
		[2] = CELL_DIM,
		[4] = CELL_UNDERLINE,
		[7] = CELL_INVERSE,
		[8] = CELL_HIDDEN};
	static const u16 off[10] = {
		[1] = CELL_BOLD,
		[2] = CELL_BOLD | CELL_DIM,
		[4] = CELL_UNDERLINE,
		[7] = CELL_INVERSE,
		[8] = CELL_HIDDEN};

	if (n < 10)
		pen->attributes |= on[n];
	else
		pen->attributes &= (u16)~off[n - 20];
}

void sgr_apply(struct cell *pen, const struct parser *p)
{
	for (u32 i = 0; i < p->params; i++) {
		u32 n = p->param[i];

		if (n == 0)
			*pen = sgr_default();
		else if (n < 10 || (n >= 20 && n < 30))
			apply_attribute(pen, n);
		else if (n >= 30 && n <= 37)
			set_foreground(pen, (u8)(n - 30));
		else if (n >= 40 && n <= 47)
			set_background(pen, (u8)(n - 40));
		else if (n >= 90 && n <= 97)
			set_foreground(pen, (u8)(n - 90 + 8));
		else if (n >= 100 && n <= 107)
			set_background(pen, (u8)(n - 100 + 8));
		else if (n == 38 || n == 48)
			i = apply_extended(pen, p, i);
		else if (n == 39)
			pen->fg = 0, pen->attributes |= CELL_DEFAULT_FG;
		else if (n == 49)
			pen->bg = 0, pen->attributes |= CELL_DEFAULT_BG;
	}
}
