/* Memory in any size, for programs that cannot lay everything out beforehand. */
#pragma once
#include "microk/types.h"

/* At least `bytes` bytes, zeroed, aligned to 16; NULL when the program's Untyped is used up. */
void *heap_alloc(size_t bytes);

/* Gives memory back to the heap (never to the Untyped). NULL is allowed. Memory that did not come
 * from heap_alloc, or was freed before, stops the program with a message. */
void heap_free(void *memory);

/* Bytes taken from the Untyped so far, and of these handed out (headers included). */
void heap_usage(size_t *grown, size_t *used);
