/*
 * SGR (ECMA-48, 8.3.117), with xterm's colours 38;5;n and 38;2;r;g;b, the latter mapped to the palette. With colons (ISO 8613-6,
 * 13.1.8) the values belong to the number before them, and 38:2 has the number of a colour space before red, which may be missing.
 */
#include "drivers/console/sgr.h"
#include "drivers/console/palette.h"

#define INDEXED 5
#define DIRECT 2

struct cell sgr_default(void)
{
	return (struct cell){.code = ' ', .attributes = CELL_DEFAULT_FG | CELL_DEFAULT_BG};
}

static void set_colour(struct cell *pen, bool foreground, u8 index)
{
	if (foreground) {
		pen->fg = index;
		pen->attributes &= (u16)~CELL_DEFAULT_FG;
	} else {
		pen->bg = index;
		pen->attributes &= (u16)~CELL_DEFAULT_BG;
	}
}

static void unset_colour(struct cell *pen, bool foreground)
{
	set_colour(pen, foreground, 0);
	pen->attributes |= foreground ? CELL_DEFAULT_FG : CELL_DEFAULT_BG;
}

/* Parameters joined to param[at] by colons. */
static u32 joined_count(const struct parser *p, u32 at)
{
	u32 count = 0;

	while (at + count + 1 < p->params && p->joined >> (at + count + 1) & 1)
		count++;
	return count;
}

static bool is_byte(u32 value)
{
	return value <= 255;
}

/*
 * Applies 38 or 48 at param[at]. Returns the number of values that belong to it. An incomplete one has no effect, and the rest of
 * the sequence cannot be interpreted.
 */
static u32 apply_extended(struct cell *pen, const struct parser *p, u32 at)
{
	u32 joined = joined_count(p, at), there = joined ? joined : p->params - at - 1;
	const u16 *value = &p->param[at + 1];
	bool foreground = p->param[at] == 38;

	if (there >= 2 && value[0] == INDEXED) {
		if (is_byte(value[1]))
			set_colour(pen, foreground, (u8)value[1]);
		return joined ? joined : 2;
	}
	if (there >= 4 && value[0] == DIRECT) {
		const u16 *rgb = joined >= 5 ? value + 2 : value + 1;
		set_colour(pen, foreground, palette_nearest(rgb[0], rgb[1], rgb[2]));
		return joined ? joined : 4;
	}
	return there;
}

static void apply_attribute(struct cell *pen, u32 n)
{
	static const u16 on[10] = {
		[1] = CELL_BOLD,    [2] = CELL_DIM,    [3] = CELL_ITALIC, [4] = CELL_UNDERLINE,
		[7] = CELL_INVERSE, [8] = CELL_HIDDEN, [9] = CELL_STRIKE,
	};
	static const u16 off[10] = {
		[2] = CELL_BOLD | CELL_DIM, [3] = CELL_ITALIC, [4] = CELL_UNDERLINE,
		[7] = CELL_INVERSE,         [8] = CELL_HIDDEN, [9] = CELL_STRIKE,
	};

	if (n < 10)
		pen->attributes |= on[n];
	else if (n == 21) /* underlined twice (ECMA-48, xterm) */
		pen->attributes |= CELL_UNDERLINE;
	else
		pen->attributes &= (u16)~off[n - 20];
}

/* 4:0 to 4:5 are kinds of underline, of which 0 is none. */
static void apply_underline(struct cell *pen, u32 kind)
{
	if (kind == 0)
		pen->attributes &= (u16)~CELL_UNDERLINE;
	else
		pen->attributes |= CELL_UNDERLINE;
}

static void apply_plain(struct cell *pen, u32 n)
{
	if (n == 0)
		*pen = sgr_default();
	else if (n < 10 || (n >= 20 && n < 30))
		apply_attribute(pen, n);
	else if (n >= 30 && n <= 37)
		set_colour(pen, true, (u8)(n - 30));
	else if (n >= 40 && n <= 47)
		set_colour(pen, false, (u8)(n - 40));
	else if (n >= 90 && n <= 97)
		set_colour(pen, true, (u8)(n - 90 + 8));
	else if (n >= 100 && n <= 107)
		set_colour(pen, false, (u8)(n - 100 + 8));
	else if (n == 39 || n == 49)
		unset_colour(pen, n == 39);
}

void sgr_apply(struct cell *pen, const struct parser *p)
{
	for (u32 i = 0; i < p->params; i++) {
		u32 n = p->param[i], joined = joined_count(p, i);

		if (n == 38 || n == 48) {
			i += apply_extended(pen, p, i);
			continue;
		}
		if (joined && n == 4)
			apply_underline(pen, p->param[i + 1]);
		else if (!joined)
			apply_plain(pen, n);
		i += joined;
	}
}
