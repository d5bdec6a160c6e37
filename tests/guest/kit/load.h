/*
 * Memory and programs in another address space, for root tasks that make a few tasks: this kit and those of lab 2. lib/spawn,
 * the loader of services, also keeps each program's memory apart and undoes what failed; a test has no use for either.
 *
 * The memory comes from memory_untyped, the slots from slot_alloc, and all of it stays mapped here, too.
 */
#pragma once
#include "lib/microk/ipc.h"
#include "microk/elf.h"
#include "microk/info.h"

struct loader {
	cap_t space;       /* the other address space */
	const char *doing; /* the step that was begun last, for a message: "making pages" */
};

/* Makes zeroed pages and maps them at `address` there, and at *here. *frame, unless frame is NULL: the capability that is mapped
 * here. */
enum microk_status load_pages(struct loader *l, u64 address, u64 pages, u64 rights, cap_t *frame, void **here);

/* Loads one segment of a program; *here is the place of its first byte in this address space. */
enum microk_status load_segment(struct loader *l, const struct elf_segment *s, u8 **here);

/* Reads a program in the boot archive. ERR_NOT_FOUND: there is none of this name, or it is damaged (*why). */
enum microk_status load_find(const struct microk_info *info, const char *path, struct elf_image *image, const char **why);

/* Does the same with the root task's own program, which the command line's word root= names. */
enum microk_status load_find_own(const struct microk_info *info, struct elf_image *image, const char **why);
