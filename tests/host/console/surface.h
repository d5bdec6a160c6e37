/* A screen of a test's own, of four bytes a pixel. */
#pragma once
#include "drivers/console/render.h"
#include "microk/info.h"
#include <stdlib.h>
#include <string.h>

static inline struct surface surface_new(u32 width, u32 height, u32 pitch)
{
	struct surface s = {
		.width = width,
		.height = height,
		.pitch = pitch,
		.kind = SCREEN_RGB,
		.bits = 32,
		.red = 16,
		.green = 8,
		.red_size = 8,
		.green_size = 8,
		.blue_size = 8};

	s.bytes = (u64)pitch * height;
	s.pixels = aligned_alloc(64, (s.bytes + 63) / 64 * 64);
	memset(s.pixels, 0xa5, s.bytes);
	return s;
}
