#include "servers/proc/image.h"
#include "lib/microk/string.h"
#include "microk/elf.h"
#include "protocols/process.h"

#define ET_DYN 3

static const char *check_header(const struct elf_header *h, u64 bytes)
{
	if (bytes < sizeof(*h) || memcmp(h->ident, ELF_IDENT, ELF_IDENT_BYTES) != 0 ||
	    h->machine != EM_X86_64)
		return "it is not a 64-bit ELF file for x86_64";
	if (h->type != ET_EXEC && h->type != ET_DYN)
		return "it is not an executable";
	if (h->phentsize != sizeof(struct elf_program_header) || h->phoff > bytes ||
	    h->phnum > (bytes - h->phoff) / sizeof(struct elf_program_header))
		return "its program headers are not in its first 64 KiB, or are of a strange size";
	return NULL;
}

/* EXERCISE 4.1 elf-load: begin */
/* `free` is the first address after the pages of the part before. */
static const char *check_part(const struct elf_program_header *p, u64 address, u64 file_bytes,
			      u64 free)
{
	if (p->filesz > p->memsz)
		return "a segment is longer in the file than in memory";
	if (p->offset > file_bytes || p->filesz > file_bytes - p->offset)
		return "a segment lies outside the file";
	if (address < PROCESS_BOTTOM || address >= PROCESS_STACK_END ||
	    p->memsz > PROCESS_STACK_END - address)
		return "a segment lies outside the addresses of programs";
	if (ALIGN_DOWN(address, PAGE_SIZE) < free)
		return "two segments share a page or do not ascend (link with -z separate-code)";
	if ((address - p->offset) % PAGE_SIZE != 0)
		return "a segment is not aligned in the file as in memory";
	if ((p->flags & PF_W) && (p->flags & PF_X))
		return "a segment is both writable and executable";
	return NULL;
}

const char *image_read(const u8 *head, u64 bytes, u64 file_bytes, u64 base, struct image *out)
{
	const struct elf_header *h = (const void *)head;
	const char *why = check_header(h, bytes);
	bool entry_found = false;
	u64 free = 0;

	if (why)
		return why;
	if (h->type == ET_EXEC)
		base = 0;
	*out = (struct image){.entry = base + h->entry, .header_count = h->phnum};
	for (u32 i = 0; i < h->phnum; i++) {
		const struct elf_program_header *p =
			(const void *)(head + h->phoff + i * sizeof(*p));
		u64 address = base + p->vaddr;

		if (p->type == PT_INTERP)
			return "it is dynamically linked (link with -static)";
		if (p->type != PT_LOAD || p->memsz == 0)
			continue;
		if (out->count == IMAGE_PARTS)
			return "it has too many segments";
		why = check_part(p, address, file_bytes, free);
		if (why)
			return why;
		free = ALIGN_UP(address + p->memsz, PAGE_SIZE);
		entry_found |= (p->flags & PF_X) && out->entry - address < p->filesz;
		if (h->phoff >= p->offset && h->phoff - p->offset < p->filesz)
			out->headers = address + (h->phoff - p->offset);
		out->parts[out->count++] = (struct image_part){
			.address = address,
			.memory_bytes = p->memsz,
			.offset = p->offset,
			.file_bytes = p->filesz,
			.write = p->flags & PF_W,
			.exec = p->flags & PF_X};
	}
	return entry_found ? NULL : "its entry point is not in executable code";
}
/* EXERCISE 4.1 elf-load: end */
