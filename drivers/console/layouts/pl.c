#include "drivers/console/layout.h"

/* clang-format off */
const struct layout layout_pl = {
	.name = "pl",
	.title = "Polish (programmers)",
	.level = {
		[LEVEL_PLAIN] = {"`1234567890-=", "qwertyuiop[]", "asdfghjkl;'\\", "\\zxcvbnm,./"},
		[LEVEL_SHIFT] = {"~!@#$%^&*()_+", "QWERTYUIOP{}", "ASDFGHJKL:\"|", "|ZXCVBNM<>?"},
		[LEVEL_ALTGR] = {"", "  ę   € ó", "ąś      ł", " żźć  ń"},
		[LEVEL_SHIFT_ALTGR] = {"", "  Ę     Ó", "ĄŚ      Ł", " ŻŹĆ  Ń"},
	},
};
/* clang-format on */
