/* Archives: the vectors, cut and damaged at random, and one that the build's own tool has written (the argument; it has the
 * files "boot/a" with "one", "boot/ab" empty and "etc/b" with 5000 bytes "x"). Prints a checksum of all results. Both readers
 * must print the same. */
#include READER
#include "tests/host/check.h"
#include "tests/host/cpio.h"
#include "tests/host/loader/vectors.h"

#define FUZZ_ROUNDS 20000
#define HEADER_BYTES 110

static unsigned long sum = 5381;

/* The text of `path` in a copy of exactly this many bytes, with its length; -1 if it is not found. */
static long find(const unsigned char *archive, size_t bytes, const char *path, char *text,
		 size_t room)
{
	unsigned char *a = copy_exact(archive, bytes);
	struct archive_file f = {0};
	bool found = archive_find(a, bytes, path, &f);

	if (found) {
		CHECK(f.data >= a && f.bytes <= bytes - (size_t)(f.data - a));
		CHECK((size_t)(f.data - a) % 4 == 0);
		memcpy(text, f.data, f.bytes < room ? f.bytes : room);
	}
	sum = (sum * 33) ^ (found ? f.bytes * 8 + (unsigned long)(f.data - a) + 1 : 0);
	free(a);
	return found ? (long)f.bytes : -1;
}

static struct cpio c;
static size_t entry_at[ARCHIVE_ENTRIES + 1];

static void build(void)
{
	c.used = 0;
	for (int i = 0; i < ARCHIVE_ENTRIES; i++) {
		entry_at[i] = c.used;
		cpio_add(&c, good_archive[i].name, good_archive[i].mode, good_archive[i].text,
			 strlen(good_archive[i].text));
	}
	entry_at[ARCHIVE_ENTRIES] = c.used;
	cpio_end(&c);
}

static void test_vectors(void)
{
	for (size_t i = 0; i < ARRAY_LEN(archive_vectors); i++) {
		const struct archive_vector *v = &archive_vectors[i];
		char text[64];
		build();
		if (v->entry != KEEP && v->field != NO_FIELD)
			memcpy(c.bytes + entry_at[v->entry] + 6 + 8 * v->field, v->digits, 8);
		else if (v->entry != KEEP)
			c.bytes[entry_at[v->entry] + HEADER_BYTES + (size_t)v->name_at] =
				(unsigned char)v->name_byte;
		long length = find(c.bytes, c.used, v->path, text, sizeof(text));
		bool as_expected =
			!v->text ? length == -1
				 : length >= 0 && strncmp(text, v->text, strlen(v->text)) == 0;
		if (!as_expected) {
			printf("vector %zu: \"%s\": expected %s, got length %ld\n", i, v->path,
			       v->text ? v->text : "nothing", length);
			check_failures++;
		}
	}
}

/* A file is found if all of it is in the archive, and never only a part of it. */
static void test_cut(void)
{
	char text[64];

	build();
	size_t whole = entry_at[ARCHIVE_ENTRIES];
	for (size_t bytes = 0; bytes <= c.used; bytes++)
		CHECK((find(c.bytes, bytes, "etc/b", text, sizeof(text)) == 8) == (bytes >= whole));
}

/* The magic of each header, one byte at a time. */
static void test_magic(void)
{
	char text[64];

	for (int entry = 0; entry < ARCHIVE_ENTRIES; entry++)
		for (size_t byte = 0; byte < 6; byte++) {
			build();
			c.bytes[entry_at[entry] + byte] ^= 1;
			CHECK(find(c.bytes, c.used, "etc/b", text, sizeof(text)) == -1);
		}
}

static void test_random(void)
{
	unsigned long seed = 0x2026;
	char text[64];

	for (int round = 0; round < FUZZ_ROUNDS; round++) {
		build();
		for (unsigned long n = random_next(&seed) % 6 + 1; n > 0; n--)
			c.bytes[random_next(&seed) % c.used] =
				(unsigned char)"0123456789abcdefF\0g"[random_next(&seed) % 19];
		find(c.bytes, c.used, "etc/b", text, sizeof(text));
		find(c.bytes, c.used, "boot/a", text, sizeof(text));
	}
}

static void test_built(const char *path)
{
	static unsigned char archive[65536];
	char text[8192];

	FILE *f = fopen(path, "rb");
	CHECK(f);
	if (!f)
		return;
	size_t bytes = fread(archive, 1, sizeof(archive), f);
	fclose(f);
	CHECK(find(archive, bytes, "boot/a", text, sizeof(text)) == 3 &&
	      memcmp(text, "one", 3) == 0);
	CHECK(find(archive, bytes, "boot/ab", text, sizeof(text)) == 0);
	CHECK(find(archive, bytes, "etc/b", text, sizeof(text)) == 5000 && text[4999] == 'x');
	CHECK(find(archive, bytes, "boot/abc", text, sizeof(text)) == -1);
}

int main(int count, char **files)
{
	CHECK(count == 2);
	test_built(files[1]);
	test_vectors();
	test_cut();
	test_magic();
	test_random();
	printf("sum %lx\n", sum);
	return check_result("archive");
}
