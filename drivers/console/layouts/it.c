#include "drivers/console/layout.h"

/* clang-format off */
const struct layout layout_it = {
	.name = "it",
	.title = "Italian",
	.level = {
		[LEVEL_PLAIN] = {"\\1234567890'ì", "qwertyuiopè+", "asdfghjklòàù", "<zxcvbnm,.-"},
		[LEVEL_SHIFT] = {"|!\"£$%&/()=?^", "QWERTYUIOPé*", "ASDFGHJKLç°§", ">ZXCVBNM;:_"},
		[LEVEL_ALTGR] = {"           `~", "  €       []", "         @#"},
		[LEVEL_SHIFT_ALTGR] = {"", "          {}"},
	},
};
/* clang-format on */
