#include "drivers/console/layout.h"

/* clang-format off */
const struct layout layout_se = {
	.name = "se",
	.title = "Swedish",
	.level = {
		[LEVEL_PLAIN] = {"§1234567890+" DEAD_ACUTE, "qwertyuiopå" DEAD_DIAERESIS, "asdfghjklöä'", "<zxcvbnm,.-"},
		[LEVEL_SHIFT] = {"½!\"#¤%&/()=?" DEAD_GRAVE, "QWERTYUIOPÅ" DEAD_CIRCUMFLEX, "ASDFGHJKLÖÄ*", ">ZXCVBNM;:_"},
		[LEVEL_ALTGR] = {"  @£$€ {[]}\\", "  €        " DEAD_TILDE, "", "|      µ"},
	},
};
/* clang-format on */
