/*
 * Program files and archives, good ones and damaged ones, with the result that a reader must return for each. Two readers
 * exist of both, the kernel's own (kernel/boot) and that of the libraries (lib/spawn, lib/archive): each must pass all of
 * this file.
 */
#pragma once
#include "microk/elf.h"
#include <stddef.h>

/* ---- Program files ---- */

#define SEGMENTS 3
#define FILE_BYTES 0x3800
#define ROOM_FOR_HEADERS 16 /* program headers: to have too many */

struct program_file {
	struct elf_header head;
	struct elf_program_header segments[ROOM_FOR_HEADERS];
	unsigned char rest[FILE_BYTES - sizeof(struct elf_header) -
			   ROOM_FOR_HEADERS * sizeof(struct elf_program_header)];
};

#define PF_R 4

/* Text, constants, and data with a tail of zeros. */
static const struct program_file good_program = {
	.head = {.ident = {0x7f, 'E', 'L', 'F', 2, 1, 1},
		 .type = ET_EXEC,
		 .machine = EM_X86_64,
		 .version = 1,
		 .entry = 0x400010,
		 .phoff = sizeof(struct elf_header),
		 .phentsize = sizeof(struct elf_program_header),
		 .phnum = SEGMENTS},
	.segments = {{PT_LOAD, PF_R | PF_X, 0x1000, 0x400000, 0, 0x800, 0x800, 0x1000},
		     {PT_LOAD, PF_R, 0x2000, 0x401000, 0, 0x1000, 0x1000, 0x1000},
		     {PT_LOAD, PF_R | PF_W, 0x3000, 0x402000, 0, 0x800, 0x5000, 0x1000}}};

struct change {
	size_t at, bytes; /* bytes 0: none */
	unsigned long value;
};

#define HEAD(field, value)                                                                         \
	{                                                                                          \
		offsetof(struct program_file, head.field),                                         \
			sizeof(((struct elf_header *)0)->field), value                             \
	}
#define SEGMENT(n, field, value)                                                                   \
	{                                                                                          \
		offsetof(struct program_file, segments) +                                          \
			(n) * sizeof(struct elf_program_header) +                                  \
			offsetof(struct elf_program_header, field),                                \
			sizeof(((struct elf_program_header *)0)->field), value                     \
	}
#define BYTE(offset, value)                                                                        \
	{                                                                                          \
		offset, 1, value                                                                   \
	}

#define HUGE (~0ul)
#define NO_ELF "it is not a 64-bit ELF file for x86_64"
#define NOT_STATIC "it is not a static executable"
#define HEADERS_OUTSIDE "its program headers lie outside the file"
#define DYNAMIC "it is dynamically linked"
#define TOO_LONG "a segment is longer in the file than in memory"
#define OUTSIDE_FILE "a segment lies outside the file"
#define OUTSIDE_ADDRESSES "a segment lies outside the addresses of programs"
#define OVERLAP "two segments share a page or do not ascend"
#define NOT_ALIGNED "a segment is not aligned in the file as in memory"
#define WX "a segment is both writable and executable"
#define TOO_MANY "it has too many segments"
#define NO_ENTRY "its entry point is not in executable code"

/* Changes to the good file, and the beginning of the defect's text; NULL: the file is still good. */
static const struct program_vector {
	const char *why;
	struct change change[3];
} program_vectors[] = {
	{NULL, {{0}}},
	/* The header. */
	{NO_ELF, {BYTE(0, 0)}},
	{NO_ELF, {BYTE(3, 'f')}},
	{NO_ELF, {BYTE(4, 1)}}, /* 32 bits */
	{NO_ELF, {BYTE(5, 2)}}, /* big-endian */
	{NO_ELF, {BYTE(6, 2)}}, /* a version that is still to come */
	{NO_ELF, {HEAD(machine, 3)}},
	{NOT_STATIC, {HEAD(type, 3)}}, /* ET_DYN: position-independent */
	{NOT_STATIC, {HEAD(type, 1)}},
	{HEADERS_OUTSIDE, {HEAD(phentsize, 55)}},
	{HEADERS_OUTSIDE, {HEAD(phentsize, 57)}},
	{HEADERS_OUTSIDE, {HEAD(phentsize, 0)}},
	{HEADERS_OUTSIDE, {HEAD(phoff, HUGE)}},
	{HEADERS_OUTSIDE, {HEAD(phoff, HUGE - 55)}},
	{HEADERS_OUTSIDE, {HEAD(phoff, FILE_BYTES + 1)}},
	{HEADERS_OUTSIDE, {HEAD(phoff, FILE_BYTES - 3 * 56 + 1)}},
	{HEADERS_OUTSIDE, {HEAD(phnum, 0xffff)}},
	{NO_ENTRY, {HEAD(phoff, FILE_BYTES - 3 * 56)}}, /* just fits, and all are empty */
	{NO_ENTRY, {HEAD(phnum, 0)}},
	{NO_ENTRY, {HEAD(phnum, 0), HEAD(phoff, FILE_BYTES)}},
	/* The entry. */
	{NO_ENTRY, {HEAD(entry, 0)}},
	{NO_ENTRY, {HEAD(entry, 0x3fffff)}},
	{NO_ENTRY, {HEAD(entry, 0x401000)}}, /* readable only */
	{NO_ENTRY, {HEAD(entry, 0x400800)}}, /* one past */
	{NULL, {HEAD(entry, 0x4007ff)}},
	{NO_ENTRY, {HEAD(entry, HUGE)}},
	{NO_ENTRY, {SEGMENT(0, flags, PF_R)}},
	{NO_ENTRY, {SEGMENT(0, filesz, 0x10)}}, /* in the zeros of an executable segment */
	{NULL, {SEGMENT(0, filesz, 0x11)}},
	/* Places in the file. */
	{TOO_LONG, {SEGMENT(0, filesz, 0x801)}},
	{TOO_LONG, {SEGMENT(0, filesz, HUGE)}},
	{OUTSIDE_FILE, {SEGMENT(2, offset, FILE_BYTES + 0x800)}},
	{OUTSIDE_FILE, {SEGMENT(2, offset, HUGE - 0xfff)}},
	{OUTSIDE_FILE, {SEGMENT(2, filesz, 0x801)}},
	{OUTSIDE_FILE, {SEGMENT(2, filesz, 0x5000)}},
	{OUTSIDE_FILE, {SEGMENT(1, memsz, HUGE), SEGMENT(1, filesz, HUGE)}},
	{NULL, {SEGMENT(2, offset, FILE_BYTES & ~0xffful), SEGMENT(2, filesz, 0x800)}},
	{NULL, {SEGMENT(2, offset, 0x3000), SEGMENT(2, filesz, 0)}},
	/* Places in memory. */
	{OUTSIDE_ADDRESSES, {SEGMENT(0, vaddr, 0)}},
	{OUTSIDE_ADDRESSES, {SEGMENT(0, vaddr, PROGRAM_BOTTOM - PAGE_SIZE)}},
	{NULL, {SEGMENT(0, vaddr, PROGRAM_BOTTOM), HEAD(entry, PROGRAM_BOTTOM)}},
	{OUTSIDE_ADDRESSES, {SEGMENT(2, vaddr, PROGRAM_TOP)}},
	{OUTSIDE_ADDRESSES, {SEGMENT(2, vaddr, PROGRAM_TOP - 0x4000)}},
	{NULL, {SEGMENT(2, vaddr, PROGRAM_TOP - 0x5000)}},
	{OUTSIDE_ADDRESSES, {SEGMENT(2, vaddr, 0x7fffffc00000)}}, /* the startup page */
	{OUTSIDE_ADDRESSES, {SEGMENT(2, vaddr, 0xffffffff80000000)}},
	{OUTSIDE_ADDRESSES, {SEGMENT(2, vaddr, HUGE - 0xfff)}},
	{OUTSIDE_ADDRESSES, {SEGMENT(2, memsz, HUGE)}},
	{OUTSIDE_ADDRESSES, {SEGMENT(2, memsz, HUGE - 0x402000 + 1)}}, /* its end wraps to 0 */
	{NOT_ALIGNED, {SEGMENT(2, vaddr, 0x402010)}},
	{NOT_ALIGNED, {SEGMENT(2, offset, 0x2ff8)}},
	{NULL, {SEGMENT(2, vaddr, 0x402010), SEGMENT(2, offset, 0x2010)}},
	/* Order. */
	{OVERLAP, {SEGMENT(1, vaddr, 0x400000)}},
	{OVERLAP, {SEGMENT(1, vaddr, 0x3ff000)}},
	{OVERLAP, {SEGMENT(1, vaddr, 0x403000)}},                            /* above the next one */
	{OVERLAP, {SEGMENT(0, memsz, 0x1001)}},                              /* a byte too long */
	{OVERLAP, {SEGMENT(1, vaddr, 0x400800), SEGMENT(1, offset, 0x800)}}, /* the first's page */
	/* Protection. */
	{WX, {SEGMENT(0, flags, 7)}},
	{WX, {SEGMENT(2, flags, 3)}}, /* without PF_R, too */
	/* Kinds of segments. */
	{DYNAMIC, {SEGMENT(1, type, PT_DYNAMIC)}},
	{DYNAMIC, {SEGMENT(0, type, PT_INTERP)}},
	{NULL, {SEGMENT(1, type, 4), SEGMENT(1, vaddr, 0)}}, /* a note is not loaded */
	{NULL, {SEGMENT(1, memsz, 0), SEGMENT(1, filesz, HUGE)}}, /* nor is one without memory */
};

/* ---- Archives ---- */

/* The good archive holds these, in this order, and the end mark. */
static const struct {
	const char *name;
	unsigned mode;
	const char *text;
} good_archive[] = {
	{"boot", 0040755, ""},
	{"boot/a", 0100644, "one"},
	{"boot/link", 0120777, "a"},
	{"boot/ab", 0100600, ""},
	{"boot/a", 0100644, "the second of a name"},
	{"etc/b", 0100644, "12345678"},
};

#define ARCHIVE_ENTRIES 6
enum { FIELD_OF_MODE = 1, FIELD_OF_SIZE = 6, FIELD_OF_NAME = 11, NO_FIELD = -1 };
#define KEEP 99 /* this entry of the change: none */

/* Changes to it, and the text that `path` then has; NULL: it is not found. */
static const struct archive_vector {
	const char *path, *text;
	int entry, field;   /* of the header that is changed */
	const char *digits; /* 8 */
	int name_at;        /* without a field: the byte of the name that becomes */
	char name_byte;
} archive_vectors[] = {
	{"boot/a", "one", KEEP, NO_FIELD, NULL, 0, 0},
	{"boot/ab", "", KEEP, NO_FIELD, NULL, 0, 0},
	{"etc/b", "12345678", KEEP, NO_FIELD, NULL, 0, 0},
	{"boot/abc", NULL, KEEP, NO_FIELD, NULL, 0, 0},
	{"boot/", NULL, KEEP, NO_FIELD, NULL, 0, 0},
	{"a", NULL, KEEP, NO_FIELD, NULL, 0, 0},
	{"", NULL, KEEP, NO_FIELD, NULL, 0, 0},
	{"./etc/b", NULL, KEEP, NO_FIELD, NULL, 0, 0},
	{"TRAILER!!!", NULL, KEEP, NO_FIELD, NULL, 0, 0},
	/* Only files are found. */
	{"boot", NULL, KEEP, NO_FIELD, NULL, 0, 0},
	{"boot/link", NULL, KEEP, NO_FIELD, NULL, 0, 0},
	{"boot/a", "the second of a name", 1, FIELD_OF_MODE, "000061ff", 0, 0},
	{"boot/link", "a", 2, FIELD_OF_MODE, "000081A4", 0, 0}, /* digits in either case */
	{"boot/link", "a", 2, FIELD_OF_MODE, "000081a4", 0, 0},
	{"etc/b", "12345678", 3, FIELD_OF_MODE, "ffffffff", 0, 0},
	/* Damage before a file hides it, damage after it does not. */
	{"boot/ab", "", 5, FIELD_OF_SIZE, "0000000g", 0, 0},
	{"etc/b", NULL, 5, FIELD_OF_SIZE, "0000000g", 0, 0},
	{"etc/b", NULL, 1, FIELD_OF_MODE, "00008:a4", 0, 0},
	{"etc/b", NULL, 1, FIELD_OF_MODE, " 00081a4", 0, 0},
	{"etc/b", NULL, 1, FIELD_OF_MODE, "0x0081a4", 0, 0},
	{"etc/b", NULL, 1, FIELD_OF_MODE, "-00081a4", 0, 0},
	/* Sizes. */
	{"etc/b", NULL, 5, FIELD_OF_SIZE, "ffffffff", 0, 0},
	{"etc/b", NULL, 1, FIELD_OF_SIZE, "ffffffff", 0, 0},
	{"etc/b", NULL, 1, FIELD_OF_SIZE, "fffffffc", 0, 0},
	{"etc/b", NULL, 1, FIELD_OF_SIZE, "80000000", 0, 0},
	{"etc/b", NULL, 1, FIELD_OF_SIZE, "00000008", 0, 0}, /* the next header is in the file */
	{"etc/b", "1234567", 5, FIELD_OF_SIZE, "00000007", 0, 0},
	{"etc/b", "12345678", 1, FIELD_OF_SIZE, "00000004", 0, 0}, /* the padding is in it */
	/* Names. */
	{"etc/b", NULL, 1, FIELD_OF_NAME, "00000000", 0, 0},
	{"etc/b", NULL, 1, FIELD_OF_NAME, "ffffffff", 0, 0},
	{"etc/b", NULL, 1, FIELD_OF_NAME, "00000006", 0, 0},
	{"etc/b", NULL, 1, FIELD_OF_NAME, "00000008", 0, 0}, /* a NUL inside */
	{"etc/b", NULL, 1, NO_FIELD, NULL, 6, '!'},          /* no NUL at its end */
	{"etc/b", NULL, 1, NO_FIELD, NULL, 3, 0},            /* one inside */
	{"boot/c", "one", 1, NO_FIELD, NULL, 5, 'c'},
};
