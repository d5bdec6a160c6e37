#include "user/shell/scratch.h"

u64 shell_scratch[SCRATCH_BYTES / 8];
