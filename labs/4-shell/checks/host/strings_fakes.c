/* lib/microk's strings under their own names, which are the C library's, too: the code under test may use no other. */
#include "lib/microk/string.h"

size_t strlen(const char *s)
{
	size_t n = 0;

	while (s[n])
		n++;
	return n;
}

int strcmp(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return (u8)*a - (u8)*b;
}

bool string_copy(char *to, size_t bytes, const char *from)
{
	size_t length = strlen(from), n = MIN(length, bytes - 1);

	memcpy(to, from, n);
	to[n] = '\0';
	return n == length;
}
