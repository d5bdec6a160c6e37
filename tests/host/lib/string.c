/* The library's string functions (compiled as mk_…) against the host's. */
#include "tests/host/lib/check.h"
#include <string.h>

void *mk_memcpy(void *to, const void *from, size_t bytes);
void *mk_memmove(void *to, const void *from, size_t bytes);
void *mk_memset(void *to, int byte, size_t bytes);
int mk_memcmp(const void *a, const void *b, size_t bytes);
void *mk_memchr(const void *in, int byte, size_t bytes);
size_t mk_strlen(const char *s);
size_t mk_strnlen(const char *s, size_t bytes);
int mk_strcmp(const char *a, const char *b);
int mk_strncmp(const char *a, const char *b, size_t bytes);
char *mk_strchr(const char *s, int c);
char *mk_strrchr(const char *s, int c);
_Bool string_copy(char *to, size_t bytes, const char *from);
_Bool string_number(const char *s, uint64_t *number);

static int sign(int n)
{
	return (n > 0) - (n < 0);
}

static void compare_memory(void)
{
	unsigned char a[100], b[100];
	size_t from = below(50), to = below(50), n = below(51);

	for (size_t i = 0; i < sizeof(a); i++)
		a[i] = b[i] = (unsigned char)below(4);
	CHECK(sign(mk_memcmp(a + from, a + to, n)) == sign(memcmp(b + from, b + to, n)));
	CHECK(mk_memchr(a + from, 3, n) == memchr(a + from, 3, n));
	CHECK(mk_memmove(a + to, a + from, n) == a + to);
	memmove(b + to, b + from, n);
	CHECK(!memcmp(a, b, sizeof(a)));
	CHECK(mk_memset(a + to, 0x1ff, n) == a + to);
	memset(b + to, 0x1ff, n);
	CHECK(!memcmp(a, b, sizeof(a)));
	n = below(40);
	CHECK(mk_memcpy(a, a + 50, n) == a);
	memcpy(b, b + 50, n);
	CHECK(!memcmp(a, b, sizeof(a)));
}

static void compare_strings(void)
{
	char s[2][12], copy[12];
	size_t n = below(13);

	for (int k = 0; k < 2; k++) {
		size_t length = below(12);

		for (size_t i = 0; i < length; i++)
			s[k][i] = (char)(below(2) ? 'a' + below(2) : 0xe0 + below(2));
		s[k][length] = 0;
	}
	CHECK(mk_strlen(s[0]) == strlen(s[0]));
	CHECK(mk_strnlen(s[0], n) == strnlen(s[0], n));
	CHECK(sign(mk_strcmp(s[0], s[1])) == sign(strcmp(s[0], s[1])));
	CHECK(sign(mk_strncmp(s[0], s[1], n)) == sign(strncmp(s[0], s[1], n)));
	CHECK(mk_strchr(s[0], 'b') == strchr(s[0], 'b') && mk_strchr(s[0], 0) == strchr(s[0], 0));
	CHECK(mk_strrchr(s[0], 'b') == strrchr(s[0], 'b') &&
	      mk_strrchr(s[0], 0) == strrchr(s[0], 0));
	memset(copy, 'z', sizeof(copy));
	CHECK(string_copy(copy, n > 11 ? 11 : n, s[0]) == (strlen(s[0]) < (n > 11 ? 11 : n)));
	CHECK(!n || copy[n > 11 ? 10 : n - 1] == 0 || strlen(copy) == strlen(s[0]));
}

static void numbers(void)
{
	uint64_t n;

	CHECK(string_number("0", &n) && n == 0);
	CHECK(string_number("18446744073709551615", &n) && n == UINT64_MAX);
	CHECK(string_number("0xffffffffffffffff", &n) && n == UINT64_MAX);
	CHECK(string_number("0XaF", &n) && n == 0xaf);
	CHECK(!string_number("18446744073709551616", &n) &&
	      !string_number("0x10000000000000000", &n));
	CHECK(!string_number("", &n) && !string_number("0x", &n) && !string_number("12a", &n));
	CHECK(!string_number("-1", &n) && !string_number(" 1", &n) && !string_number("0xg", &n));
}

int main(int argc, char **argv)
{
	CHECK(argc == 2);
	seed(argv[1]);
	for (int i = 0; i < 20000; i++) {
		compare_memory();
		compare_strings();
	}
	numbers();
	return 0;
}
