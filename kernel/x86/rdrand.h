/* The processor's generator of random numbers. */
#pragma once
#include "microk/types.h"

bool rdrand_exists(void);

/* One number. False: the generator has none now. */
bool rdrand(u64 *value);
