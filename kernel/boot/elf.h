/* Reads a static x86_64 ELF executable (System V ABI, gABI ch. 5); maps nothing itself. */
#pragma once
#include "microk/types.h"

struct elf_segment {
	u64 va;          /* where its first byte lies */
	u64 memory_bytes; /* how long it is in memory; the tail beyond file_bytes is zero */
	const u8 *data;
	u64 file_bytes;
	bool write, exec;
};

#define ELF_MAX_SEGMENTS 8
struct elf_image {
	u64 entry;
	u32 count;
	struct elf_segment segments[ELF_MAX_SEGMENTS];
};

/* Checks everything (bounds, overlap with the kernel half, W^X, alignment) before it returns true. `why` names the
 * first defect otherwise. */
bool elf_read(const u8 *file, size_t bytes, struct elf_image *out, const char **why);
