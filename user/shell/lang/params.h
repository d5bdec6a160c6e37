/* The positional parameters of a shell, $1 and so on, in one block of memory. Pure. */
#pragma once
#include "microk/types.h"

#define PARAMS_BYTES 16384u

struct params {
	u32 count;
	size_t used;
	char text[PARAMS_BYTES]; /* one after the other, each with its null byte */
};

/* Number `n`, from 1; NULL: there are fewer. It stays until the next change. */
const char *params_get(const struct params *p, u32 n);
/* Replaces all. False: there is no room, and nothing has changed. The words may not lie in `p`. */
bool params_set(struct params *p, u32 count, char *const *words);
/* Drops the first `n`; false: there are fewer. */
bool params_shift(struct params *p, u32 n);
