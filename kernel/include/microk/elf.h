/*
 * The form of a program: a static x86_64 ELF executable (System V ABI, gABI ch. 4 and 5) that keeps some rules more. The kernel
 * reads the first task's program, lib/spawn all others; both keep these rules, and tests/host/loader holds them against the
 * same files.
 *
 * - 64 bits, little-endian, ET_EXEC, neither PT_DYNAMIC nor PT_INTERP;
 * - segments lie in the file and between PROGRAM_BOTTOM and PROGRAM_TOP, and are no longer in the file than in memory;
 * - they ascend, and no two share a page, so that each page has one protection; none is writable and executable;
 * - they are aligned in the file as in memory, so that a page of the file can be a page of the program;
 * - the entry point lies in the part of an executable segment that the file contains.
 */
#pragma once
#include "microk/cap.h"

/* Above the programs lie stacks, startup pages, IPC buffers, and mapped grants. */
#define PROGRAM_BOTTOM USER_BOTTOM
#define PROGRAM_TOP 0x80000000ul

#define ELF_MAX_SEGMENTS 8

/* Packed: a file of the archive need not be aligned. */
struct elf_header { /* gABI ch. 4, "ELF Header" */
	u8 ident[16];
	u16 type, machine;
	u32 version;
	u64 entry, phoff, shoff;
	u32 flags;
	u16 ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
} __attribute__((packed));

struct elf_program_header { /* gABI ch. 5, "Program Header" */
	u32 type, flags;
	u64 offset, vaddr, paddr, filesz, memsz, align;
} __attribute__((packed));

#define ELF_IDENT "\177ELF\2\1\1" /* 64 bits, little-endian, version 1 */
#define ELF_IDENT_BYTES 7
#define ET_EXEC 2
#define EM_X86_64 62
#define PT_LOAD 1
#define PT_DYNAMIC 2
#define PT_INTERP 3
#define PF_X 1
#define PF_W 2

/* The program as its readers return it. */
struct elf_segment {
	u64 address;      /* of its first byte */
	u64 memory_bytes; /* the tail beyond file_bytes is zero */
	const u8 *data;
	u64 file_bytes;
	bool write, exec;
};

struct elf_image {
	u64 entry;
	u32 count;
	struct elf_segment segments[ELF_MAX_SEGMENTS]; /* ascending */
};
