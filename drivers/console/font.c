/*
 * Finding a character's glyph. The font is Terminus, which the build fetches (tools/font.py).
 * Weighed: font data in the tree, as Linux has it. Drawing 800 glyphs well is a different craft, and would teach nothing
 * about systems.
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
		at = find(REPLACEMENT); /* tools/font.py always adds it */
	return bold ? font_bold[at] : font_regular[at];
}
