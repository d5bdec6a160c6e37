#include "user/shell/lang/arena.h"
#include "lib/microk/string.h"

#define ALIGN 16ul

void *arena_take(struct arena *a, size_t bytes)
{
	size_t start = (a->used + ALIGN - 1) & ~(ALIGN - 1);

	if (start > a->bytes || bytes > a->bytes - start)
		return NULL;
	a->used = start + bytes;
	return a->base + start;
}

char *arena_copy(struct arena *a, const char *text, size_t length)
{
	char *copy = length + 1 > length ? arena_take(a, length + 1) : NULL;

	if (!copy)
		return NULL;
	memcpy(copy, text, length);
	copy[length] = '\0';
	return copy;
}
