/* The plays of boot/attack. */
#include "labs/2-caps/attacks/play.h"

const struct play *const plays[] = {
#define X(name) &play_##name,
	PLAYS(X)
#undef X
};
const u32 play_count = ARRAY_LEN(plays);
