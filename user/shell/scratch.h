/* Memory that the large commands share: one runs at a time, and finds nothing there of an earlier one. */
#pragma once
#include "microk/types.h"

#define SCRATCH_BYTES (208ul << 10)

extern u64 shell_scratch[SCRATCH_BYTES / 8];
