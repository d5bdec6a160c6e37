/* Program files: the vectors, each cut, and damaged at random. Prints a checksum of all results. Both readers must print the
 * same. */
#include READER
#include "tests/host/check.h"
#include "tests/host/loader/vectors.h"

#define FUZZ_ROUNDS 100000

static unsigned long sum = 5381;

static void add(unsigned long value)
{
	sum = (sum * 33) ^ value ^ value >> 32;
}

/* Checks, of every image that a reader returns, what must hold of all. */
static bool read(const struct program_file *f, size_t bytes, const char **why)
{
	struct elf_image image;
	unsigned char *copy = copy_exact(f, bytes);
	bool ok = elf_read(copy, bytes, &image, why);

	CHECK(ok == (!*why));
	add(ok);
	for (const char *c = ok ? "" : *why; *c != '\0'; c++)
		add((unsigned char)*c);
	for (u32 i = 0; ok && i < image.count; i++) {
		const struct elf_segment *s = &image.segments[i];
		CHECK(s->data >= copy && s->file_bytes <= bytes - (size_t)(s->data - copy));
		CHECK(s->file_bytes <= s->memory_bytes && s->memory_bytes <= PROGRAM_TOP);
		CHECK(s->address >= PROGRAM_BOTTOM && s->address + s->memory_bytes <= PROGRAM_TOP);
		CHECK(!(s->write && s->exec));
		CHECK((s->address - (u64)(s->data - copy)) % PAGE_SIZE == 0);
		if (i > 0)
			CHECK(ALIGN_DOWN(s->address, PAGE_SIZE) >=
			      s[-1].address + s[-1].memory_bytes);
		add(s->address);
		add(s->memory_bytes);
		add((u64)(s->data - copy));
		add(s->file_bytes);
		add((u64)s->write * 2 + s->exec);
	}
	add(ok ? image.entry : 0);
	free(copy);
	return ok;
}

static struct program_file changed(const struct change change[], size_t count)
{
	struct program_file f = good_program;

	for (size_t i = 0; i < count; i++)
		memcpy((char *)&f + change[i].at, &change[i].value, change[i].bytes);
	return f;
}

static void test_vectors(void)
{
	for (size_t i = 0; i < ARRAY_LEN(program_vectors); i++) {
		const struct program_vector *v = &program_vectors[i];
		struct program_file f = changed(v->change, ARRAY_LEN(v->change));
		const char *why;
		bool ok = read(&f, sizeof(f), &why);
		if (ok ? !v->why : v->why && strncmp(why, v->why, strlen(v->why)) == 0)
			continue;
		printf("vector %zu: expected: %s; got: %s\n", i, v->why ? v->why : "good",
		       ok ? "good" : why);
		check_failures++;
	}
}

static void test_good(void)
{
	struct elf_image image;
	const char *why;

	CHECK(elf_read((const u8 *)&good_program, sizeof(good_program), &image, &why));
	CHECK(image.entry == 0x400010 && image.count == SEGMENTS);
	CHECK(image.segments[0].exec && !image.segments[0].write);
	CHECK(!image.segments[1].exec && !image.segments[1].write);
	CHECK(image.segments[2].write && image.segments[2].memory_bytes == 0x5000);
}

/* Exactly ELF_MAX_SEGMENTS, and one more. */
static void test_many(void)
{
	struct program_file f = good_program;
	const char *why;

	for (u32 i = 1; i < ROOM_FOR_HEADERS; i++)
		f.segments[i] = (struct elf_program_header){
			PT_LOAD, PF_R, 0x1000, 0x400000 + i * PAGE_SIZE, 0, 1, 1, PAGE_SIZE};
	f.head.phnum = ELF_MAX_SEGMENTS;
	CHECK(read(&f, sizeof(f), &why));
	f.head.phnum = ELF_MAX_SEGMENTS + 1;
	CHECK(!read(&f, sizeof(f), &why) && strcmp(why, TOO_MANY) == 0);
}

static void test_short(void)
{
	const char *why;

	for (size_t bytes = 0; bytes < sizeof(good_program); bytes += bytes < 512 ? 1 : 61)
		CHECK(!read(&good_program, bytes, &why));
}

static void test_random(void)
{
	unsigned long seed = 0x2026;

	for (int round = 0; round < FUZZ_ROUNDS; round++) {
		struct program_file f = good_program;
		const char *why;
		for (unsigned long n = random_next(&seed) % 4 + 1; n > 0; n--) {
			size_t at = random_next(&seed) % (offsetof(struct program_file, rest) / 8);
			unsigned long old, value;
			memcpy(&old, (char *)&f + at * 8, 8);
			unsigned long some[] = {
				random_next(&seed), old + 1,        old - 1, ~0ul, 0,
				old ^ 1ul << 63,    old + PAGE_SIZE};
			value = some[random_next(&seed) % ARRAY_LEN(some)];
			memcpy((char *)&f + at * 8, &value, 8);
		}
		read(&f, sizeof(f), &why);
	}
}

int main(void)
{
	test_good();
	test_vectors();
	test_many();
	test_short();
	test_random();
	printf("sum %lx\n", sum);
	return check_result("elf");
}
