/* Numbers that no program can foresee, for keys; at boot, after the clocks were measured. */
#pragma once
#include "microk/types.h"

u64 entropy(void);
