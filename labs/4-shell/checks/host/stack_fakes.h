/* The memory of one process, from the stack's lowest page to PROCESS_STACK_TOP, and a record of the changes to it. */
#pragma once
#include "servers/proc/stack.h"

#define MEMORY_PAGES 24u
#define MEMORY (PROCESS_STACK_TOP - MEMORY_PAGES * PAGE_SIZE)
#define FIRST_STRING (PROCESS_STACK_TOP - PROCESS_ARGUMENTS)

extern u8 memory[MEMORY_PAGES * PAGE_SIZE];
extern u32 region_count;
extern struct region regions[4];
extern u32 regions_room; /* further ones are refused with ERR_MEMORY */
extern u32 peeks_left, pokes_left; /* then each returns ERR_STATE */
extern u32 beyond;       /* accesses over the end of a page, or where no memory is */
extern u64 stack;        /* where it begins */

/* Gives the process memory for its arguments, as process.argument does. */
void give_arguments(void);
enum microk_status build(const struct image *image, u32 number, u32 arguments, u32 variables);
