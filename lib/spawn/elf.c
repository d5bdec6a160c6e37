/*
 * A program file is input like any other: nothing in it is believed before it is checked.
 *
 * Weighed: seL4's elfloader trusts files that it was linked with; xv6's exec checks as it maps and undoes on failure. Here all
 * checks come first, so that loading has nothing to undo.
 *
 * The kernel has a copy of its own, kernel/boot/elf.c, since it includes nothing of user space. tests/host/loader/vectors.h holds
 * both to the same answers.
 */
#include "lib/spawn/elf.h"
#include "lib/microk/string.h"

static const char *check_header(const struct elf_header *h, size_t bytes)
{
	if (bytes < sizeof(*h) || memcmp(h->ident, ELF_IDENT, ELF_IDENT_BYTES) != 0 ||
	    h->machine != EM_X86_64)
		return "it is not a 64-bit ELF file for x86_64";
	if (h->type != ET_EXEC)
		return "it is not a static executable (link with -static -no-pie)";
	if (h->phentsize != sizeof(struct elf_program_header) || h->phoff > bytes ||
	    h->phnum > (bytes - h->phoff) / sizeof(struct elf_program_header))
		return "its program headers lie outside the file, or are of a strange size";
	return NULL;
}

/* `free` is the first address after the pages of the segment before. */
static const char *check_segment(const struct elf_program_header *p, size_t bytes, u64 free)
{
	if (p->filesz > p->memsz)
		return "a segment is longer in the file than in memory";
	if (p->offset > bytes || p->filesz > bytes - p->offset)
		return "a segment lies outside the file";
	if (p->vaddr < PROGRAM_BOTTOM || p->vaddr >= PROGRAM_TOP ||
	    p->memsz > PROGRAM_TOP - p->vaddr)
		return "a segment lies outside the addresses of programs";
	if (ALIGN_DOWN(p->vaddr, PAGE_SIZE) < free)
		return "two segments share a page or do not ascend (link with -z separate-code)";
	if ((p->vaddr - p->offset) % PAGE_SIZE != 0)
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
			return "it is dynamically linked (link with -static -no-pie)";
		if (p->type != PT_LOAD || p->memsz == 0)
			continue;
		if (out->count == ELF_MAX_SEGMENTS)
			return "it has too many segments";
		why = check_segment(p, bytes, free);
		if (why)
			return why;
		free = ALIGN_UP(p->vaddr + p->memsz, PAGE_SIZE);
		entry_found |= (p->flags & PF_X) && h->entry - p->vaddr < p->filesz;
		out->segments[out->count++] = (struct elf_segment){
			.address = p->vaddr,
			.memory_bytes = p->memsz,
			.data = file + p->offset,
			.file_bytes = p->filesz,
			.write = p->flags & PF_W,
			.exec = p->flags & PF_X,
		};
	}
	return entry_found ? NULL : "its entry point is not in executable code";
}

bool elf_read(const u8 *file, size_t bytes, struct elf_image *out, const char **why)
{
	*why = read_image(file, bytes, out);
	return !*why;
}
