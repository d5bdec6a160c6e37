/*
 * Finding a character's glyph. The font is a well-kept one, Terminus, fetched at build time
 * (tools/font.py), rather than one of our own: Linux ships font data in its tree, but drawing
 * 800 glyphs well is a craft of its own, and none that teaches anything about systems.
 */
#include "drivers/console/font.h"

#define REPLACEMENT 0xfffdu

/* Index of the code point in font_codes, by bisection; font_count if it is not there. */
static u32 find(u32 code)
{
	u32 low = 0, high = font_count;

	while (low < high) {
		u32 middle = low + (high - low) / 2;
		if (font_codes[middle] < code)
			low = middle + 1;
		else
			high = middle;
	}
	return low < font_count && font_codes[low] == code ? low : font_count;
}

const u8 *font_glyph(u32 code, bool bold)
{
	u32 at = find(code);
	if (at == font_count)
		at = find(REPLACEMENT); /* tools/font.py makes sure that it is there */
	return bold ? font_bold[at] : font_regular[at];
}
