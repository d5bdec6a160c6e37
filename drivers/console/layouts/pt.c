#include "drivers/console/layout.h"

/* clang-format off */
const struct layout layout_pt = {
	.name = "pt",
	.title = "Portuguese",
	.level = {
		[LEVEL_PLAIN] = {"\\1234567890'«", "qwertyuiop+" DEAD_ACUTE, "asdfghjklçº" DEAD_TILDE, "<zxcvbnm,.-"},
		[LEVEL_SHIFT] = {"|!\"#$%&/()=?»", "QWERTYUIOP*" DEAD_GRAVE, "ASDFGHJKLÇª" DEAD_CIRCUMFLEX, ">ZXCVBNM;:_"},
		[LEVEL_ALTGR] = {"  @£§€ {[]}", "  €       " DEAD_DIAERESIS},
	},
};
/* clang-format on */
