/*
 * A program file is untrusted input: every field is checked before it is used.
 *
 * Weighed: seL4's elfloader trusts the files it was linked with; xv6's exec checks while it maps
 * and undoes on failure. Here all checks come first, so that loading has nothing to undo.
 */
#include "lib/spawn/elf.h"
#include "lib/microk/string.h"

/* gABI ch. 4, figure 4-3, for ELFCLASS64. */
struct header {
	u8 ident[16];
	u16 type, machine;
	u32 version;
	u64 entry, phoff, shoff;
	u32 flags;
	u16 ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

/* gABI ch. 5, figure 5-1. */
struct program_header {
	u32 type, flags;
	u64 offset, vaddr, paddr, filesz, memsz, align;
};

#define PT_LOAD 1
#define PF_X 1
#define PF_W 2
#define ET_EXEC 2
#define EM_X86_64 62

static const char *check_header(const struct header *h, size_t bytes)
{
	/* The last three: 64 bits, little-endian, version 1. */
	static const u8 ident[7] = {0x7f, 'E', 'L', 'F', 2, 1, 1};
	if (memcmp(h->ident, ident, sizeof(ident)) != 0)
		return "it is not a 64-bit little-endian ELF file";
	if (h->type != ET_EXEC || h->machine != EM_X86_64)
		return "it is not a static x86_64 executable";
	if (h->phentsize != sizeof(struct program_header) || h->phoff > bytes ||
	    h->phnum > (bytes - h->phoff) / sizeof(struct program_header))
		return "its program headers lie outside the file";
	return NULL;
}

static const char *check_segment(const struct program_header *p, size_t bytes, u64 lowest)
{
	if (p->filesz > p->memsz)
		return "a segment is longer in the file than in memory";
	if (p->offset > bytes || p->filesz > bytes - p->offset)
		return "a segment lies outside the file";
	if (p->vaddr < ELF_LOWEST || p->vaddr >= ELF_HIGHEST || p->memsz > ELF_HIGHEST - p->vaddr)
		return "a segment lies outside the addresses of programs";
	if (p->vaddr % PAGE_SIZE != 0)
		return "a segment does not begin on a page";
	if (p->vaddr < lowest)
		return "segments overlap or are out of order";
	if ((p->flags & PF_W) && (p->flags & PF_X))
		return "a segment is writable and executable at once";
	return NULL;
}

bool elf_read(const u8 *file, size_t bytes, struct elf_image *out, const char **why)
{
	struct header h;
	u64 lowest = 0;
	bool entry_ok = false;
	memset(out, 0, sizeof(*out));
	*why = "it is shorter than an ELF header";
	if (bytes < sizeof(h))
		return false;
	memcpy(&h, file, sizeof(h));
	if ((*why = check_header(&h, bytes)) != NULL)
		return false;
	for (u32 i = 0; i < h.phnum; i++) {
		struct program_header p;
		memcpy(&p, file + h.phoff + i * sizeof(p), sizeof(p));
		if (p.type != PT_LOAD || p.memsz == 0)
			continue;
		if ((*why = check_segment(&p, bytes, lowest)) != NULL)
			return false;
		*why = "it has too many segments";
		if (out->count == ELF_MAX_SEGMENTS)
			return false;
		bool exec = p.flags & PF_X;
		out->segments[out->count++] = (struct elf_segment){
			p.vaddr, p.memsz, file + p.offset, p.filesz, p.flags & PF_W, exec};
		lowest = ALIGN_UP(p.vaddr + p.memsz, PAGE_SIZE);
		entry_ok |= exec && h.entry >= p.vaddr && h.entry - p.vaddr < p.filesz;
	}
	*why = "its entry point is not in executable code";
	out->entry = h.entry;
	if (!entry_ok)
		return false;
	*why = NULL;
	return true;
}
