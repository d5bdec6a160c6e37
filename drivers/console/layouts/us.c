#include "drivers/console/layout.h"

/* clang-format off */
const struct layout layout_us = {
	.name = "us",
	.title = "US English",
	.level = {
		[LEVEL_PLAIN] = {"`1234567890-=", "qwertyuiop[]", "asdfghjkl;'\\", "\\zxcvbnm,./"},
		[LEVEL_SHIFT] = {"~!@#$%^&*()_+", "QWERTYUIOP{}", "ASDFGHJKL:\"|", "|ZXCVBNM<>?"},
	},
};
/* clang-format on */
