/* Reads a static x86_64 ELF executable (gABI ch. 4 and 5); maps nothing itself. Pure. */
#pragma once
#include "microk/types.h"

#define ELF_MAX_SEGMENTS 8

/* Programs lie in this range; above it come stack, startup page and IPC buffer. */
#define ELF_LOWEST 0x10000ul
#define ELF_HIGHEST 0x80000000ul

struct elf_segment {
	u64 address;
	u64 memory_bytes; /* the tail beyond file_bytes is zero */
	const u8 *data;
	u64 file_bytes;
	bool write, exec;
};

struct elf_image {
	u64 entry;
	u32 count;
	struct elf_segment segments[ELF_MAX_SEGMENTS]; /* ascending; no two share a page */
};

/* Checks everything before it says true: bounds, order, overlap, W^X, an entry that can run.
 * Otherwise *why is the first defect, in words. */
bool elf_read(const u8 *file, size_t bytes, struct elf_image *out, const char **why);
