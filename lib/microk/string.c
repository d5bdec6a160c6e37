/*
 * Memory and strings. The copies use the string instructions: these are short, need no vector registers
 * (servers may not use the FPU), and are fast on real machines. They move eight bytes at a time, as an
 * emulator counts each repetition as an instruction.
 */
#include "lib/microk/string.h"

void *memcpy(void *to, const void *from, size_t bytes)
{
	void *d = to;
	size_t words = bytes / 8;
	size_t rest = bytes % 8;

	__asm__ volatile("rep movsq" : "+D"(d), "+S"(from), "+c"(words) : : "memory");
	__asm__ volatile("rep movsb" : "+D"(d), "+S"(from), "+c"(rest) : : "memory");
	return to;
}

void *memmove(void *to, const void *from, size_t bytes)
{
	/* Copying forward is correct unless `to` lies inside the source. If `to` lies before it, the difference wraps. */
	if ((uintptr_t)to - (uintptr_t)from >= bytes)
		return memcpy(to, from, bytes);

	u8 *d = (u8 *)to + bytes - 1;
	const u8 *s = (const u8 *)from + bytes - 1;

	__asm__ volatile("std; rep movsb; cld" : "+D"(d), "+S"(s), "+c"(bytes) : : "memory", "cc");
	return to;
}

void *memset(void *to, int byte, size_t bytes)
{
	void *d = to;
	size_t words = bytes / 8;
	size_t rest = bytes % 8;
	u64 pattern = (u8)byte * 0x0101010101010101ul;

	__asm__ volatile("rep stosq" : "+D"(d), "+c"(words) : "a"(pattern) : "memory");
	__asm__ volatile("rep stosb" : "+D"(d), "+c"(rest) : "a"(pattern) : "memory");
	return to;
}

static u64 word_at(const u8 *at)
{
	u64 word;

	__builtin_memcpy(&word, at, sizeof(word));
	return word;
}

int memcmp(const void *a, const void *b, size_t bytes)
{
	const u8 *x = a, *y = b;

	for (; bytes >= 8 && word_at(x) == word_at(y); bytes -= 8) {
		x += 8;
		y += 8;
	}
	for (size_t i = 0; i < bytes; i++)
		if (x[i] != y[i])
			return x[i] < y[i] ? -1 : 1;
	return 0;
}

void *memchr(const void *in, int byte, size_t bytes)
{
	const u64 ones = 0x0101010101010101ul;
	const u8 *x = in;

	/* A byte of `other` is 0 where it is the one that is sought; only from such a one on is the top bit of the
	 * expression set. */
	for (; bytes >= 8; bytes -= 8, x += 8) {
		u64 other = word_at(x) ^ (u8)byte * ones;

		if ((other - ones) & ~other & ones << 7)
			break;
	}
	for (size_t i = 0; i < bytes; i++)
		if (x[i] == (u8)byte)
			return (void *)&x[i];
	return NULL;
}

size_t strnlen(const char *s, size_t bytes)
{
	const char *end = s;
	size_t left = bytes;

	if (!bytes)
		return 0;
	__asm__ volatile("repne scasb" : "+D"(end), "+c"(left) : "a"(0) : "memory", "cc");
	/* It stops after the 0, or at the end of the bytes. */
	return (size_t)(end - s) - !end[-1];
}

size_t strlen(const char *s)
{
	return strnlen(s, SIZE_MAX);
}

int strncmp(const char *a, const char *b, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++) {
		if (a[i] != b[i])
			return (u8)a[i] < (u8)b[i] ? -1 : 1;
		if (!a[i])
			break;
	}
	return 0;
}

int strcmp(const char *a, const char *b)
{
	return strncmp(a, b, SIZE_MAX);
}

char *strchr(const char *s, int c)
{
	for (;; s++) {
		if (*s == (char)c)
			return (char *)s;
		if (!*s)
			return NULL;
	}
}

char *strrchr(const char *s, int c)
{
	char *last = NULL;

	for (;; s++) {
		if (*s == (char)c)
			last = (char *)s;
		if (!*s)
			return last;
	}
}

bool string_copy(char *to, size_t bytes, const char *from)
{
	size_t length = strlen(from);
	size_t taken;

	if (!bytes)
		return false;
	taken = length < bytes ? length : bytes - 1;
	memcpy(to, from, taken);
	to[taken] = 0;
	return taken == length;
}

static u32 digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return (u32)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (u32)(c - 'a') + 10;
	if (c >= 'A' && c <= 'F')
		return (u32)(c - 'A') + 10;
	return 16;
}

bool string_number(const char *s, u64 *number)
{
	u32 base = 10;
	u64 n = 0;

	if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) {
		base = 16;
		s += 2;
	}
	if (!*s)
		return false;
	for (; *s; s++) {
		u32 digit = digit_value(*s);

		if (digit >= base || n > (UINT64_MAX - digit) / base)
			return false;
		n = n * base + digit;
	}
	*number = n;
	return true;
}
