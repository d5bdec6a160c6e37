/* Static ELF executables. The caller maps the result; seL4 hands that to user space, Linux
 * mixes reading and mapping. Reading alone can be fuzzed on the host. */
#include "boot/elf.h"
#include "lib/string.h"
#include "microk/cap.h"

/* Packed: a file need not be aligned. */
struct elf_header { /* gABI, "ELF Header" */
	u8 ident[16];
	u16 type, machine;
	u32 version;
	u64 entry, phoff, shoff;
	u32 flags;
	u16 ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
} __attribute__((packed));

struct elf_program_header { /* gABI, "Program Header" */
	u32 type, flags;
	u64 offset, vaddr, paddr, filesz, memsz, align;
} __attribute__((packed));

#define ELF_IDENT "\177ELF\2\1\1" /* 64 bits, little-endian, version 1 */
#define ET_EXEC 2
#define EM_X86_64 62
#define PT_LOAD 1
#define PT_DYNAMIC 2
#define PT_INTERP 3
#define PF_X 1
#define PF_W 2

static const char *check_header(const struct elf_header *h, size_t bytes)
{
	if (bytes < sizeof(*h) || memcmp(h->ident, ELF_IDENT, sizeof(ELF_IDENT) - 1) ||
	    h->machine != EM_X86_64)
		return "not an ELF file for x86_64";
	if (h->type != ET_EXEC)
		return "not a static executable (link with -static -no-pie)";
	if (h->phentsize != sizeof(struct elf_program_header) || h->phoff > bytes ||
	    (u64)h->phnum * h->phentsize > bytes - h->phoff)
		return "program headers lie outside the file, or are of a strange size";
	return NULL;
}

/* Segments ascend (gABI) and no two share a page, so that each page has one protection: `free` is
 * the first address after the pages of the one before. */
static const char *check_segment(const struct elf_program_header *p, size_t bytes, u64 free)
{
	if (p->filesz > p->memsz || p->offset > bytes || p->filesz > bytes - p->offset)
		return "a segment lies outside the file";
	if (p->vaddr < USER_BOTTOM || p->vaddr >= USER_TOP || p->memsz > USER_TOP - p->vaddr)
		return "a segment lies in the null page or outside the user's addresses";
	if (ALIGN_DOWN(p->vaddr, PAGE_SIZE) < free)
		return "two segments share a page or do not ascend (link with -z separate-code)";
	if ((p->vaddr - p->offset) % PAGE_SIZE)
		return "a segment is not aligned in the file as in memory";
	if ((p->flags & PF_W) && (p->flags & PF_X))
		return "a segment is both writable and executable";
	return NULL;
}

static const char *read_image(const u8 *file, size_t bytes, struct elf_image *out)
{
	const struct elf_header *h = (const void *)file;
	const char *why = check_header(h, bytes);
	bool entry_found = false;
	u64 free = 0;

	if (why)
		return why;
	*out = (struct elf_image){.entry = h->entry};
	for (u32 i = 0; i < h->phnum; i++) {
		const struct elf_program_header *p =
			(const void *)(file + h->phoff + i * sizeof(*p));

		if (p->type == PT_DYNAMIC || p->type == PT_INTERP)
			return "dynamically linked";
		if (p->type != PT_LOAD || !p->memsz)
			continue;
		if (out->count == ELF_MAX_SEGMENTS)
			return "too many segments";
		why = check_segment(p, bytes, free);
		if (why)
			return why;
		free = ALIGN_UP(p->vaddr + p->memsz, PAGE_SIZE);
		entry_found |= (p->flags & PF_X) && h->entry - p->vaddr < p->filesz;
		out->segments[out->count++] = (struct elf_segment){
			.va = p->vaddr,
			.memory_bytes = p->memsz,
			.data = file + p->offset,
			.file_bytes = p->filesz,
			.write = p->flags & PF_W,
			.exec = p->flags & PF_X,
		};
	}
	return entry_found ? NULL : "the entry point is not in an executable segment";
}

bool elf_read(const u8 *file, size_t bytes, struct elf_image *out, const char **why)
{
	*why = read_image(file, bytes, out);
	return !*why;
}
