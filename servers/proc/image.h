/*
 * Reads the headers of a program's file. Pure: the file's first bytes in, the parts to be loaded out. Nothing in a
 * file is believed before it is checked.
 *
 * lib/spawn/elf.h reads the supervisor's own programs, which are in memory as a whole. Here the file is another
 * server's, so only its headers are there, and a position-independent one (ET_DYN without an interpreter) is allowed.
 */
#pragma once
#include "lib/microk/util.h"
#include "microk/cap.h"
#include "microk/types.h"

#define IMAGE_PARTS 8u

struct image_part {
	u64 address, memory_bytes; /* of its first byte; both as they are in the file */
	u64 offset, file_bytes;
	bool write, exec;
};

struct image {
	u64 entry;
	u64 headers; /* address of the program headers, for AT_PHDR; 0: they are in no part */
	u32 header_count;
	u32 count;
	struct image_part parts[IMAGE_PARTS]; /* ascending, and none shares a page with another */
};

/* The addresses of its pages. */
static inline u64 image_part_start(const struct image_part *p) { return ALIGN_DOWN(p->address, PAGE_SIZE); }
static inline u64 image_part_end(const struct image_part *p) { return ALIGN_UP(p->address + p->memory_bytes, PAGE_SIZE); }

/* `head`: the first `bytes` of a file of `file_bytes`. A position-independent program is placed at `base`. Returns
 * the first defect in words; NULL: there is none. */
const char *image_read(const u8 *head, u64 bytes, u64 file_bytes, u64 base, struct image *out);
