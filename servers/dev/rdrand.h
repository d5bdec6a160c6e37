/* The processor's generator of random numbers (Intel SDM vol. 1, 7.3.17). random.c checks its numbers: host tests have another
 * generator in its place. */
#pragma once
#include "microk/types.h"

bool rdrand_exists(void);

/* One number. False: the generator has none now. */
bool rdrand(u64 *value);
