/* The sixteen colours of VGA, numbered since IBM's CGA: bit 0 blue, 1 green, 2 red, 3 bright; dark yellow is brown. */
#include "drivers/console/paint.h"

static const u32 vga[16] = {
	0x000000, 0x0000aa, 0x00aa00, 0x00aaaa, 0xaa0000, 0xaa00aa, 0xaa5500, 0xaaaaaa,
	0x555555, 0x5555ff, 0x55ff55, 0x55ffff, 0xff5555, 0xff55ff, 0xffff55, 0xffffff};

static u32 squared_distance(u32 a, u32 b)
{
	u32 sum = 0;

	for (u32 shift = 0; shift < 24; shift += 8) {
		int difference = (int)(a >> shift & 0xff) - (int)(b >> shift & 0xff);
		sum += (u32)(difference * difference);
	}
	return sum;
}

u8 vga_nearest(u32 rgb, u32 count)
{
	u32 best = 0;

	for (u32 i = 1; i < count; i++)
		if (squared_distance(rgb, vga[i]) < squared_distance(rgb, vga[best]))
			best = i;
	return (u8)best;
}
