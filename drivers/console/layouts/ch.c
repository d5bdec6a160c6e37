#include "drivers/console/layout.h"

/* clang-format off */
const struct layout layout_ch = {
	.name = "ch",
	.title = "Swiss German",
	.level = {
		[LEVEL_PLAIN] = {"§1234567890'" DEAD_CIRCUMFLEX, "qwertzuiopü" DEAD_DIAERESIS, "asdfghjklöä$", "<yxcvbnm,.-"},
		[LEVEL_SHIFT] = {"°+\"*ç%&/()=?" DEAD_GRAVE, "QWERTZUIOPè!", "ASDFGHJKLéà£", ">YXCVBNM;:_"},
		[LEVEL_ALTGR] = {" ¦@#  ¬|¢  " DEAD_ACUTE DEAD_TILDE, "  €       []", "          {}", "\\"},
	},
};
/* clang-format on */
