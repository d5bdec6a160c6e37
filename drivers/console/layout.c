#include "drivers/console/layout.h"
#include "lib/text/utf8.h"

extern const struct layout layout_us, layout_uk, layout_de, layout_fr, layout_es, layout_it,
	layout_pt, layout_se, layout_ch, layout_pl;

static const struct layout *const layouts[] = {
	&layout_us, &layout_uk, &layout_de, &layout_fr, &layout_es,
	&layout_it, &layout_pt, &layout_se, &layout_ch, &layout_pl,
};

static bool is_equal(const char *a, const char *b)
{
	u32 i = 0;

	while (a[i] && a[i] == b[i])
		i++;
	return a[i] == b[i];
}

u32 layout_count(void)
{
	return ARRAY_LEN(layouts);
}

u32 layout_find(const char *name)
{
	u32 number = 0;

	while (number < ARRAY_LEN(layouts) && !is_equal(layouts[number]->name, name))
		number++;
	return number;
}

const struct layout *layout_at(u32 number)
{
	return layouts[number];
}

struct place {
	u32 row, column;
};

/* Where the key lies; false if it is not one that a layout decides about. */
static bool find_place(u32 code, struct place *at)
{
	if (code == 0x29)
		*at = (struct place){0, 0};
	else if (code >= 0x02 && code <= 0x0d)
		*at = (struct place){0, code - 0x02 + 1};
	else if (code >= 0x10 && code <= 0x1b)
		*at = (struct place){1, code - 0x10};
	else if (code >= 0x1e && code <= 0x28)
		*at = (struct place){2, code - 0x1e};
	else if (code == 0x2b)
		*at = (struct place){2, 11};
	else if (code == 0x56)
		*at = (struct place){3, 0};
	else if (code >= 0x2c && code <= 0x35)
		*at = (struct place){3, code - 0x2c + 1};
	else
		return false;
	return true;
}

u32 layout_character(const struct layout *l, u32 code, enum layout_level level)
{
	struct place at;

	if (!find_place(code, &at) || !l->level[level][at.row])
		return 0;
	struct utf8 decoder = {0};
	u32 character = 0, column = 0;
	for (const char *byte = l->level[level][at.row]; *byte; byte++) {
		if (utf8_feed(&decoder, (u8)*byte, &character) == UTF8_WHOLE &&
		    column++ == at.column)
			return character == ' ' ? 0 : character;
	}
	return 0;
}

bool layout_has_altgr(const struct layout *l)
{
	for (u32 row = 0; row < LAYOUT_ROWS; row++)
		if (l->level[LEVEL_ALTGR][row])
			return true;
	return false;
}
