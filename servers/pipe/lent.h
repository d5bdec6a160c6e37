/* The Frames that clients lend to their descriptions (file.lend). Bytes go between them and a ring by FRAME_COPY, which a revoke
 * in the middle cannot hurt. */
#pragma once
#include "servers/pipe/ends.h"

/* Keeps the Frame in slot `frame`, which is then empty, in place of an earlier one. ERR_TYPE: it is not a Frame. */
enum microk_status lent_keep(const struct end *e, cap_t frame);
void lent_drop(const struct end *e);
