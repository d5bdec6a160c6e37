/* The boot archive, as the build writes it (argument: an archive with the files "boot/a" "one",
 * "boot/ab" empty and "etc/b" of 5000 bytes "x"), and damaged. */
#include "tests/host/check.h"
#include "lib/archive/archive.h"

#define FUZZ_ROUNDS 20000

static unsigned char text[65536];
static size_t bytes;

static void test_find(void)
{
	unsigned char *a = copy_exact(text, bytes);
	struct archive_file f;
	CHECK(archive_find(a, bytes, "boot/a", &f) && f.bytes == 3 &&
	      memcmp(f.data, "one", 3) == 0);
	CHECK(archive_find(a, bytes, "boot/ab", &f) && f.bytes == 0);
	CHECK(archive_find(a, bytes, "etc/b", &f) && f.bytes == 5000 && f.data[4999] == 'x');
	CHECK(!archive_find(a, bytes, "boot/abc", &f));
	CHECK(!archive_find(a, bytes, "a", &f));
	CHECK(!archive_find(a, bytes, "", &f));
	CHECK(!archive_find(a, 0, "boot/a", &f));
	free(a);
}

static void test_short(void)
{
	for (size_t cut = 0; cut < bytes; cut += 3) {
		unsigned char *a = copy_exact(text, cut);
		struct archive_file f;
		if (archive_find(a, cut, "etc/b", &f))
			CHECK(f.bytes <= cut - (size_t)(f.data - a));
		free(a);
	}
}

static void test_random(void)
{
	unsigned long seed = 0x2026;
	for (int round = 0; round < FUZZ_ROUNDS; round++) {
		unsigned char *a = copy_exact(text, bytes);
		struct archive_file f;
		for (unsigned long n = random_next(&seed) % 6 + 1; n > 0; n--)
			a[random_next(&seed) % 700 % bytes] =
				"0123456789abcdefF\0g"[random_next(&seed) % 19];
		if (archive_find(a, bytes, "etc/b", &f))
			CHECK(f.data >= a && f.bytes <= bytes - (size_t)(f.data - a));
		free(a);
	}
}

int main(int count, char **files)
{
	FILE *f = count == 2 ? fopen(files[1], "rb") : NULL;
	CHECK(f != NULL);
	if (f != NULL) {
		bytes = fread(text, 1, sizeof(text), f);
		fclose(f);
		test_find();
		test_short();
		test_random();
	}
	return check_result("archive");
}
