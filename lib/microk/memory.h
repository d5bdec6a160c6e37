/* Kernel objects and mapped memory, made of the program's own Untyped. Every thread may call these at any time. */
#pragma once
#include "microk/cap.h"
#include "microk/error.h"
#include "microk/types.h"

/* The Untyped that objects are made of: SLOT_UNTYPED, unless the program (the root task) sets another. */
extern cap_t memory_untyped;
/* For a root task that has revoked memory_untyped: a page table that was kept for the next mapping is gone with it. */
void memory_reset(void);

/* The addresses of this library's mappings. Images lie below, startup page and stacks above. */
#define HEAP_ADDRESS 0x1000000000ul
#define HEAP_LIMIT 0x2000000000ul
#define WINDOW_ADDRESS 0x2000000000ul
#define WINDOW_LIMIT 0x400000000000ul /* at most STARTUP_STACK_GUARD */

/* Makes an object (sizes: microk/cap.h) in a new slot. ERR_LIMIT: no free slot; ERR_MEMORY. */
enum microk_status object_make(enum cap_type type, u64 size, cap_t *slot);

/* Maps a Frame and makes the page tables that the address still lacks. `attributes`: MAP_*. */
enum microk_status space_map(cap_t space, cap_t frame, u64 address, u32 rights, u32 attributes);

/* Maps a Frame of `pages` pages in the program's own address space, at an address that the library
 * chooses. An unmapped page follows each mapping. */
enum microk_status window_map(cap_t frame, u64 pages, u32 rights, u32 attributes, void **address);

/* Makes and maps zeroed memory, readable and writable; sets *frame (unless NULL) and *address.
 * At most FRAME_MAX_PAGES. */
enum microk_status memory_make(u64 pages, cap_t *frame, void **address);

/* Makes and maps a stack of `pages` pages. Its end, *top, is a multiple of THREAD_STACK_BYTES (self.h), and at least as much
 * below it is never mapped. At most THREAD_STACK_BYTES. */
enum microk_status memory_stack(u64 pages, cap_t *frame, void **top);
