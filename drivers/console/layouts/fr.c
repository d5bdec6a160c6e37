#include "drivers/console/layout.h"

/* clang-format off */
const struct layout layout_fr = {
	.name = "fr",
	.title = "French",
	.level = {
		[LEVEL_PLAIN] = {"²&é\"'(-è_çà)=", "azertyuiop" DEAD_CIRCUMFLEX "$", "qsdfghjklmù*", "<wxcvbn,;:!"},
		[LEVEL_SHIFT] = {" 1234567890°+", "AZERTYUIOP" DEAD_DIAERESIS "£", "QSDFGHJKLM%µ", ">WXCVBN?./§"},
		[LEVEL_ALTGR] = {"  ~#{[|`\\^@]}", "  €        ¤"},
	},
};
/* clang-format on */
