/* The only play of boot/own (user/attack/play.c). */
#include "labs/2-caps/attacks/play.h"

extern const struct play play_own;

const struct play *const plays[] = {&play_own};
const u32 play_count = ARRAY_LEN(plays);
