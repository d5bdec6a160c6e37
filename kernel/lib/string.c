/*
 * Memory and strings. Processors since 2012 move bytes fast with `rep movsb`, xv6 goes byte by
 * byte; an emulator counts (and executes) each iteration as an instruction, so here everything
 * goes by words of 8, long runs by `rep movsq`, which real processors run at full speed too.
 */
#include "lib/string.h"

/* Without it the compiler would turn these loops into calls of the functions they are in. */
#pragma GCC optimize("no-tree-loop-distribute-patterns")

/* The compiler calls these four where the source does not. With -flto gcc 16 would drop them before it makes such calls. */
#define COMPILER_CALLS __attribute__((used))

#define LONG_RUN 256

typedef u64 __attribute__((may_alias, aligned(1))) word;

COMPILER_CALLS void *memcpy(void *to, const void *from, size_t bytes)
{
	u8 *d = to;
	const u8 *s = from;

	if (bytes >= LONG_RUN) {
		size_t words = bytes / 8;

		__asm__ volatile("rep movsq" : "+D"(d), "+S"(s), "+c"(words)::"memory");
		bytes %= 8;
	}
	for (; bytes >= 8; bytes -= 8, d += 8, s += 8)
		*(word *)d = *(const word *)s;
	for (; bytes; bytes--)
		*d++ = *s++;
	return to;
}

COMPILER_CALLS void *memmove(void *to, const void *from, size_t bytes)
{
	u8 *d = to;
	const u8 *s = from;

	if ((u64)d - (u64)s >= bytes) /* forward, no unread byte is overwritten */
		return memcpy(to, from, bytes);
	for (; bytes % 8; bytes--)
		d[bytes - 1] = s[bytes - 1];
	for (; bytes; bytes -= 8)
		*(word *)(d + bytes - 8) = *(const word *)(s + bytes - 8);
	return to;
}

COMPILER_CALLS void *memset(void *to, int byte, size_t bytes)
{
	u8 *d = to;
	u64 pattern = (u8)byte * 0x0101010101010101ul;

	if (bytes >= LONG_RUN) {
		size_t words = bytes / 8;

		__asm__ volatile("rep stosq" : "+D"(d), "+c"(words) : "a"(pattern) : "memory");
		bytes %= 8;
	}
	for (; bytes >= 8; bytes -= 8, d += 8)
		*(word *)d = pattern;
	for (; bytes; bytes--)
		*d++ = (u8)byte;
	return to;
}

COMPILER_CALLS int memcmp(const void *a, const void *b, size_t bytes)
{
	const u8 *x = a, *y = b;

	for (; bytes; bytes--, x++, y++)
		if (*x != *y)
			return *x - *y;
	return 0;
}

size_t strlen(const char *s)
{
	size_t n = 0;

	while (s[n])
		n++;
	return n;
}

int strncmp(const char *a, const char *b, size_t bytes)
{
	for (; bytes && *a && *a == *b; bytes--, a++)
		b++;
	return bytes ? (u8)*a - (u8)*b : 0;
}
