/* Filling the information area (microk/info.h) at boot. */
#pragma once
#include "microk/types.h"

#define INFO_PAGES (1 + INFO_LOG_BYTES / PAGE_SIZE)

/* Fills the area with the facts that boot found; the log is written there from the first line on. */
void info_init(u64 boot_tsc);
u64 info_phys(void);
