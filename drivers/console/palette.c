/* The palette: 16 colours chosen to read well on a near-black background, and xterm's 240 others. */
#include "drivers/console/palette.h"

static const u32 ansi[16] = {
	0x1d2128, 0xe05561, 0x7fbf5f, 0xd8a657, 0x5a9df0, 0xc678dd, 0x42b3c2, 0xc8ccd4,
	0x5c6370, 0xff7b86, 0xa5e075, 0xf0c674, 0x82bbff, 0xdf9df2, 0x6fd8e6, 0xf2f4f8,
};

/* Levels of the cube: 0, then 95, 135, … 255. */
static u32 cube_level(u32 step)
{
	return step == 0 ? 0 : 55 + 40 * step;
}

u32 palette_rgb(u8 index)
{
	if (index < 16)
		return ansi[index];
	if (index >= 232)
		return (8 + 10u * (index - 232)) * 0x010101u;
	u32 n = index - 16u;
	return cube_level(n / 36) << 16 | cube_level(n / 6 % 6) << 8 | cube_level(n % 6);
}

static u32 cube_step(u32 value)
{
	return value < 48 ? 0 : value < 115 ? 1 : (value - 35) / 40;
}

static u32 square(u32 a, u32 b)
{
	u32 difference = a > b ? a - b : b - a;

	return difference * difference;
}

static u32 distance(u32 rgb, u32 red, u32 green, u32 blue)
{
	return square(rgb >> 16, red) + square(rgb >> 8 & 0xff, green) + square(rgb & 0xff, blue);
}

u8 palette_nearest(u32 red, u32 green, u32 blue)
{
	red = MIN(red, 255u), green = MIN(green, 255u), blue = MIN(blue, 255u);
	u32 middle = (red + green + blue) / 3;
	u8 cube = (u8)(16 + 36 * cube_step(red) + 6 * cube_step(green) + cube_step(blue));
	u8 grey = (u8)(232 + (middle < 13 ? 0 : middle > 233 ? 23 : (middle - 3) / 10));

	return distance(palette_rgb(grey), red, green,
			blue) < distance(palette_rgb(cube), red, green, blue)
		       ? grey
		       : cube;
}
