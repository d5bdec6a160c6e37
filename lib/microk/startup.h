/*
 * The startup page: it names the slot of each of a program's capabilities. init fills one page for
 * each program from system.conf and maps it read-only at STARTUP_ADDRESS. The program's first
 * argument register points to it.
 */
#pragma once
#include "microk/types.h"

#define STARTUP_MAGIC 0x5452415453ul /* "START" */
#define STARTUP_ADDRESS 0x7fffffc00000ul
#define STARTUP_STACK_TOP 0x7fffffb00000ul
#define STARTUP_STACK_PAGES 16
#define STARTUP_STACK_GUARD 0x400000000000ul /* nothing is ever mapped between this address and the stack */
#define STARTUP_IPC_BUFFER 0x7ffffff00000ul
#define STARTUP_MAX 64

/* Slots that every program started by init has. */
enum startup_slot {
	SLOT_CNODE = 1,   /* its own CNode (describe, mint into its own slots) */
	SLOT_SPACE = 2,
	SLOT_THREAD = 3,
	SLOT_UNTYPED = 4, /* its own memory */
	SLOT_BUFFER = 5,  /* Frame of the IPC buffer */
	SLOT_GRANTS = 8,  /* the first grant of system.conf; the page lists them */
	SLOT_FREE = 64,   /* the first slot that is free for the program */
	SLOT_TOTAL = 1024 /* slots of the CNode */
};

struct startup_entry {
	char name[24]; /* "vfs", "serial.ports", "framebuffer", … zero-padded */
	u32 slot;
	u32 pages;   /* of a mapped frame; else 0 */
	u64 address; /* of init's mapping of it; 0 if not mapped */
};

struct startup {
	u64 magic;
	char program[16]; /* the service's name in system.conf */
	char arguments[232];
	u32 count;
	u32 free_slots; /* first free slot */
	u32 instance;   /* how many instances of the service there were before this one */
	struct startup_entry entries[STARTUP_MAX];
};
_Static_assert(sizeof(struct startup) <= PAGE_SIZE, "one page");

extern const struct startup *startup; /* set before main */

/* The slot of the named grant; 0 if system.conf does not grant it. */
cap_t grant_find(const char *name);
/* The whole entry of the named grant; NULL if system.conf does not grant it. */
const struct startup_entry *grant_entry(const char *name);
