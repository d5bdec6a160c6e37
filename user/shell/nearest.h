/* The distance between two words. Pure. */
#pragma once
#include "microk/types.h"

#define NEAREST_MAX 32 /* longer words are near no other */

/*
 * Steps from a to b: letters added, left out, changed, or two neighbours swapped (the "optimal
 * string alignment" distance of Damerau and Levenshtein). Words longer than NEAREST_MAX: NEAREST_MAX.
 */
u32 word_distance(const char *a, const char *b);
