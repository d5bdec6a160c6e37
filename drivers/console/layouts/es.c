#include "drivers/console/layout.h"

/* clang-format off */
const struct layout layout_es = {
	.name = "es",
	.title = "Spanish",
	.level = {
		[LEVEL_PLAIN] = {"º1234567890'¡", "qwertyuiop" DEAD_GRAVE "+", "asdfghjklñ" DEAD_ACUTE "ç", "<zxcvbnm,.-"},
		[LEVEL_SHIFT] = {"ª!\"·$%&/()=?¿", "QWERTYUIOP" DEAD_CIRCUMFLEX "*", "ASDFGHJKLÑ" DEAD_DIAERESIS "Ç", ">ZXCVBNM;:_"},
		[LEVEL_ALTGR] = {"\\|@#" DEAD_TILDE "€¬", "  €       []", "          {}"},
	},
};
/* clang-format on */
