/*
 * The one loader: it makes an instance of a program out of an Untyped that is the program's own, so that one revoke of it
 * ends the instance, complete or not. It uses only the memory and the slots that the caller passes.
 *
 *   spawn_begin   address space, thread, segments, stack, IPC buffer, and the capabilities to these
 *   …             the caller adds the program's other grants (spawn_give, spawn_give_frame) and lists them in `page`
 *   spawn_start   startup page, the rest of the memory, and the thread runs
 */
#pragma once
#include "lib/microk/startup.h"
#include "lib/spawn/elf.h"
#include "lib/spawn/mapper.h"

/* The capabilities that a program is granted at most, in all its grants together. A run of pages is one (FRAME_MAX_PAGES). */
#define SPAWN_GRANTS (SLOT_FREE - SLOT_GRANTS)
/* The caller's slots that an instance takes at most. A run of pages that is granted may need a page table. */
#define SPAWN_SLOTS (40 + SPAWN_GRANTS)

struct spawn {
	/* Passed by the caller: */
	struct mapper mapper; /* its supply: one Untyped, the program's, and SPAWN_SLOTS slots; the space is made here */
	cap_t cnode;          /* the program's: SLOT_TOTAL slots, all of them empty */
	struct startup page;  /* program and arguments; entries for the caller's grants */
	/* Made by spawn_begin: */
	cap_t thread, buffer;
	cap_t passing; /* a slot in which a granted Frame is mapped before it moves to the program */
	cap_t stack; /* one run of STARTUP_STACK_PAGES */
};

struct spawn_thread {
	const char *name; /* at most 16 bytes of it are kept */
	u64 entry;
	u64 priority;
	cap_t fault;        /* Endpoint that receives its faults; 0: none */
	cap_t notification; /* bound to it; 0: none */
};

/* *doing is the step that was begun last, for a message: "making its stack". */
enum microk_status spawn_begin(struct spawn *s, const struct elf_image *image, const char **doing);
enum microk_status spawn_start(struct spawn *s, const struct spawn_thread *thread,
			       const char **doing);

/* Derives a capability of the caller into a slot of the program. */
enum microk_status spawn_give(struct spawn *s, cap_t from, u64 rights, u32 slot);
/* Does the same with a Frame, which it first maps for the program. */
enum microk_status spawn_give_frame(struct spawn *s, cap_t frame, u64 address, u64 rights,
				    u64 attributes, u32 slot);

/* Bytes in use of an instance's Untyped, by the objects made here and by the program itself; 0 if it does not run. All that the
 * program got counts as used while the Untyped that it got is not in its slot. */
u64 spawn_memory_used(cap_t memory, cap_t cnode);
