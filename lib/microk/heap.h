/* Memory of any size, for programs that cannot reserve all of it when they are built. */
#pragma once
#include "microk/types.h"

/* At least `bytes` bytes, zeroed, aligned to 16; NULL when the program's Untyped is used up. */
void *heap_alloc(size_t bytes);

/* Returns memory to the heap (never to the Untyped). NULL is allowed. Memory that did not come
 * from heap_alloc, or was freed before, ends the program with a message. */
void heap_free(void *memory);

/* *grown: bytes taken from the Untyped so far; *used: of these, bytes in use (headers included). */
void heap_usage(size_t *grown, size_t *used);
