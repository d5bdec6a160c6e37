#include "drivers/console/layout.h"

/* clang-format off */
const struct layout layout_uk = {
	.name = "uk",
	.title = "British English",
	.level = {
		[LEVEL_PLAIN] = {"`1234567890-=", "qwertyuiop[]", "asdfghjkl;'#", "\\zxcvbnm,./"},
		[LEVEL_SHIFT] = {"¬!\"£$%^&*()_+", "QWERTYUIOP{}", "ASDFGHJKL:@~", "|ZXCVBNM<>?"},
		[LEVEL_ALTGR] = {"¦   €", "  é   úíó", "á"},
		[LEVEL_SHIFT_ALTGR] = {"", "  É   ÚÍÓ", "Á"},
	},
};
/* clang-format on */
