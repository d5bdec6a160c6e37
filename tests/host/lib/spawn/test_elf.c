/* Program files: a good one, each defect by itself, and random damage. */
#include "tests/host/check.h"
#include "microk/types.h"
#include "lib/spawn/elf.h"
#include <elf.h>

#define SEGMENTS 3
#define FILE_BYTES 0x3800
#define FUZZ_ROUNDS 200000

struct file {
	Elf64_Ehdr head;
	Elf64_Phdr segments[SEGMENTS];
	unsigned char rest[FILE_BYTES - sizeof(Elf64_Ehdr) - SEGMENTS * sizeof(Elf64_Phdr)];
};

static struct file good(void)
{
	struct file f = {
		.head = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
			 .e_type = ET_EXEC,
			 .e_machine = EM_X86_64,
			 .e_version = EV_CURRENT,
			 .e_entry = 0x400010,
			 .e_phoff = sizeof(Elf64_Ehdr),
			 .e_phentsize = sizeof(Elf64_Phdr),
			 .e_phnum = SEGMENTS},
		.segments = {
			{PT_LOAD, PF_R | PF_X, 0x1000, 0x400000, 0, 0x800, 0x800, 0x1000},
			{PT_LOAD, PF_R, 0x2000, 0x401000, 0, 0x1000, 0x1000, 0x1000},
			{PT_LOAD, PF_R | PF_W, 0x3000, 0x402000, 0, 0x800, 0x5000, 0x1000},
		}};
	return f;
}

static bool read(const struct file *f, size_t bytes, struct elf_image *image, const char **why)
{
	unsigned char *copy = copy_exact(f, bytes);
	bool ok = elf_read(copy, bytes, image, why);
	for (u32 i = 0; ok && i < image->count; i++) {
		const struct elf_segment *s = &image->segments[i];
		CHECK(s->data >= copy && s->file_bytes <= bytes - (size_t)(s->data - copy));
		CHECK(s->file_bytes <= s->memory_bytes && s->memory_bytes <= ELF_HIGHEST);
		CHECK(s->address >= ELF_LOWEST && s->address + s->memory_bytes <= ELF_HIGHEST);
		CHECK(!(s->write && s->exec) && s->address % PAGE_SIZE == 0);
		if (i > 0)
			CHECK(s->address >= s[-1].address + s[-1].memory_bytes);
	}
	free(copy);
	return ok;
}

static void test_good(void)
{
	struct file f = good();
	struct elf_image image;
	const char *why;
	CHECK(read(&f, sizeof(f), &image, &why));
	CHECK(why == NULL && image.entry == 0x400010 && image.count == SEGMENTS);
	CHECK(image.segments[0].exec && !image.segments[0].write);
	CHECK(!image.segments[1].exec && !image.segments[1].write);
	CHECK(image.segments[2].write && image.segments[2].memory_bytes == 0x5000);
}

#define REFUSED(change, says)                                                                      \
	do {                                                                                       \
		struct file f = good();                                                            \
		struct elf_image image;                                                            \
		const char *why = NULL;                                                            \
		change;                                                                            \
		bool ok = read(&f, sizeof(f), &image, &why);                                       \
		CHECK(!ok && why != NULL && strstr(why, says) != NULL);                            \
	} while (0)

static void test_refused(void)
{
	REFUSED(f.head.e_ident[0] = 0, "not a 64-bit");
	REFUSED(f.head.e_ident[EI_CLASS] = ELFCLASS32, "not a 64-bit");
	REFUSED(f.head.e_type = ET_DYN, "not a static");
	REFUSED(f.head.e_machine = EM_386, "not a static");
	REFUSED(f.head.e_phentsize = 55, "program headers");
	REFUSED(f.head.e_phoff = ~0ul, "program headers");
	REFUSED(f.head.e_phoff = FILE_BYTES - 56, "program headers");
	REFUSED(f.head.e_phnum = 0xffff, "program headers");
	REFUSED(f.head.e_phnum = 0, "entry point");
	REFUSED(f.head.e_entry = 0x401000, "entry point");
	REFUSED(f.head.e_entry = 0x400800, "entry point");
	REFUSED(f.segments[0].p_filesz = 0x801, "longer in the file");
	REFUSED(f.segments[2].p_offset = FILE_BYTES + 1, "outside the file");
	REFUSED(f.segments[2].p_offset = ~0ul, "outside the file");
	REFUSED(f.segments[2].p_offset = 0x3001, "outside the file");
	REFUSED(f.segments[2].p_memsz = ~0ul, "addresses of programs");
	REFUSED(f.segments[2].p_vaddr = ELF_HIGHEST - 0x4000, "addresses of programs");
	REFUSED(f.segments[0].p_vaddr = 0, "addresses of programs");
	REFUSED(f.segments[2].p_vaddr = 0xffffffff80000000, "addresses of programs");
	REFUSED(f.segments[2].p_vaddr = 0x402010, "begin on a page");
	REFUSED(f.segments[1].p_vaddr = 0x400000, "overlap");
	REFUSED(f.segments[1].p_vaddr = 0x403000, "overlap");
	REFUSED(f.segments[0].p_flags = PF_R | PF_W | PF_X, "writable and executable");
}

static void test_short(void)
{
	struct file f = good();
	struct elf_image image;
	const char *why;
	for (size_t bytes = 0; bytes < sizeof(f); bytes += 7)
		CHECK(!read(&f, bytes, &image, &why) && why != NULL);
}

static void test_random(void)
{
	unsigned long seed = 0x2026;
	for (int round = 0; round < FUZZ_ROUNDS; round++) {
		struct file f = good();
		struct elf_image image;
		const char *why;
		for (unsigned long n = random_next(&seed) % 4 + 1; n > 0; n--) {
			size_t at = random_next(&seed) % (offsetof(struct file, rest) / 8);
			unsigned long old, value;
			memcpy(&old, (char *)&f + at * 8, 8);
			unsigned long some[] = {random_next(&seed), old + 1, old - 1, ~0ul, 0,
						old ^ 1ul << 63};
			value = some[random_next(&seed) % ARRAY_LEN(some)];
			memcpy((char *)&f + at * 8, &value, 8);
		}
		read(&f, sizeof(f), &image, &why);
	}
}

int main(void)
{
	test_good();
	test_refused();
	test_short();
	test_random();
	return check_result("elf");
}
