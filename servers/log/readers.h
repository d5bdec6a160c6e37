/* The readers to signal when there are new lines: a Notification of each. */
#pragma once
#include "lib/microk/ipc.h"

/* Keeps the capability in `slot` as the reader's, in place of an earlier one. ERR_ARG: the badge is not a service's; the
 * capability stays the caller's. */
enum microk_status readers_watch(u64 badge, cap_t slot);

void readers_signal(void);

/* The reader is gone. */
void readers_closed(u64 badge);
