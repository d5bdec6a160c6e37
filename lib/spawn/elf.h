/* Reads a static x86_64 ELF executable (gABI ch. 4 and 5) and maps nothing. Pure. */
#pragma once
#include "microk/types.h"

#define ELF_MAX_SEGMENTS 8

/* The range of programs; stack, startup page and IPC buffer lie above it. */
#define ELF_LOWEST 0x10000ul
#define ELF_HIGHEST 0x80000000ul

struct elf_segment {
	u64 address;
	u64 memory_bytes; /* the bytes after the first file_bytes are zero */
	const u8 *data;
	u64 file_bytes;
	bool write, exec;
};

struct elf_image {
	u64 entry;
	u32 count;
	struct elf_segment segments[ELF_MAX_SEGMENTS]; /* ascending; no two share a page */
};

/* Returns true only if bounds, order, overlap, W^X and an executable entry are all correct.
 * Otherwise *why is the text of the first defect. */
bool elf_read(const u8 *file, size_t bytes, struct elf_image *out, const char **why);
