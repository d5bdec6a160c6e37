/* Sorting, for lists that fit in memory. */
#pragma once
#include "microk/types.h"

/* Orders items 0..count-1: before(context, i, j) returns whether item i belongs before item j,
 * swap(context, i, j) swaps them. Heapsort: no memory, never quadratic, not stable. */
void sort(void *context, size_t count, bool (*before)(void *context, size_t i, size_t j),
	  void (*swap)(void *context, size_t i, size_t j));
