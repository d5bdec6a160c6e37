/* The terminal's colours. */
#pragma once
#include "microk/types.h"

/* 0x00rrggbb of palette index 0..255: 0..7 the ANSI colours, 8..15 their bright forms, 16..231 a
 * 6x6x6 cube, 232..255 greys (the numbering of xterm's 256 colours). */
u32 palette_rgb(u8 index);

/* The index of the colour of the cube, or the grey, that is nearest to the given one; a channel above 255 counts as 255. */
u8 palette_nearest(u32 red, u32 green, u32 blue);

#define PALETTE_TEXT 0xc8ccd4u       /* default text: light grey */
#define PALETTE_TEXT_BOLD 0xf2f4f8u  /* the same, bold */
#define PALETTE_BACKGROUND 0x101318u /* default background: near-black */
