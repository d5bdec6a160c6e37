#include "drivers/console/layout.h"

/* clang-format off */
const struct layout layout_de = {
	.name = "de",
	.title = "German",
	.level = {
		[LEVEL_PLAIN] = {DEAD_CIRCUMFLEX "1234567890ß" DEAD_ACUTE, "qwertzuiopü+", "asdfghjklöä#", "<yxcvbnm,.-"},
		[LEVEL_SHIFT] = {"°!\"§$%&/()=?" DEAD_GRAVE, "QWERTZUIOPÜ*", "ASDFGHJKLÖÄ'", ">YXCVBNM;:_"},
		[LEVEL_ALTGR] = {"  ²³   {[]}\\", "@ €        ~", "", "|      µ"},
	},
};
/* clang-format on */
