/* Static ELF executables. Whoever loads the result maps it; seL4 hands that to user space, Linux
 * mixes reading and mapping. Reading alone can be fuzzed on the host. */
#include "boot/elf.h"
#include "lib/string.h"
#include "microk/cap.h"

struct elf_header { /* gABI, "ELF Header" */
	u8 ident[16];
	u16 type, machine;
	u32 version;
	u64 entry, phoff, shoff;
	u32 flags;
	u16 ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct elf_program_header { /* gABI, "Program Header" */
	u32 type, flags;
	u64 offset, vaddr, paddr, filesz, memsz, align;
};

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
	if (memcmp(h->ident, ELF_IDENT, sizeof(ELF_IDENT) - 1))
		return "not a 64-bit little-endian ELF file";
	if (h->machine != EM_X86_64)
		return "not for x86_64";
	if (h->type != ET_EXEC)
		return "not a static executable (link with -static -no-pie)";
	if (h->phentsize != sizeof(struct elf_program_header))
		return "program headers of a strange size";
	if (h->phoff > bytes || (u64)h->phnum * h->phentsize > bytes - h->phoff)
		return "program headers lie outside the file";
	return NULL;
}

static const char *check_segment(const struct elf_program_header *p, size_t bytes)
{
	if (p->filesz > p->memsz)
		return "a segment is longer in the file than in memory";
	if (p->offset > bytes || p->filesz > bytes - p->offset)
		return "a segment lies outside the file";
	if (p->vaddr < PAGE_SIZE)
		return "a segment covers the null page";
	if (p->vaddr >= USER_TOP || p->memsz > USER_TOP - p->vaddr)
		return "a segment lies outside the user's addresses";
	if ((p->vaddr - p->offset) % PAGE_SIZE)
		return "a segment is not aligned in the file as in memory";
	if ((p->flags & PF_W) && (p->flags & PF_X))
		return "a segment is both writable and executable";
	return NULL;
}

/* Segments ascend (gABI) and no two share a page, so that each page has one protection. */
static const char *add_segment(const struct elf_program_header *p, const u8 *file,
			       struct elf_image *out)
{
	const struct elf_segment *last = out->count ? &out->segments[out->count - 1] : NULL;

	if (out->count == ELF_MAX_SEGMENTS)
		return "too many segments";
	if (last &&
	    ALIGN_DOWN(p->vaddr, PAGE_SIZE) < ALIGN_UP(last->va + last->memory_bytes, PAGE_SIZE))
		return "two segments share a page or do not ascend (link with -z separate-code)";
	out->segments[out->count++] = (struct elf_segment){
		.va = p->vaddr,
		.memory_bytes = p->memsz,
		.data = file + p->offset,
		.file_bytes = p->filesz,
		.write = p->flags & PF_W,
		.exec = p->flags & PF_X,
	};
	return NULL;
}

static const char *check_entry(const struct elf_image *image)
{
	for (u32 i = 0; i < image->count; i++) {
		const struct elf_segment *s = &image->segments[i];

		if (s->exec && image->entry >= s->va && image->entry - s->va < s->file_bytes)
			return NULL;
	}
	return "the entry point is not in an executable segment";
}

static const char *read_image(const u8 *file, size_t bytes, struct elf_image *out)
{
	struct elf_header h;
	const char *why;

	if (bytes < sizeof(h))
		return "shorter than an ELF header";
	memcpy(&h, file, sizeof(h)); /* the file need not be aligned */
	why = check_header(&h, bytes);
	if (why)
		return why;
	*out = (struct elf_image){.entry = h.entry};
	for (u32 i = 0; i < h.phnum; i++) {
		struct elf_program_header p;

		memcpy(&p, file + h.phoff + i * sizeof(p), sizeof(p));
		if (p.type == PT_DYNAMIC || p.type == PT_INTERP)
			return "dynamically linked";
		if (p.type != PT_LOAD || !p.memsz)
			continue;
		why = check_segment(&p, bytes);
		if (!why)
			why = add_segment(&p, file, out);
		if (why)
			return why;
	}
	return check_entry(out);
}

bool elf_read(const u8 *file, size_t bytes, struct elf_image *out, const char **why)
{
	*why = read_image(file, bytes, out);
	return !*why;
}
