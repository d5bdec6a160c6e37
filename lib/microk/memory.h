/* Kernel objects and mapped memory, out of the program's own Untyped. */
#pragma once
#include "microk/cap.h"
#include "microk/error.h"
#include "microk/types.h"

/* Where objects come from: SLOT_UNTYPED, unless the program (the root task) sets another. */
extern cap_t memory_untyped;

/* Where this library puts what it maps. Images lie below, startup page and stacks above. */
#define HEAP_ADDRESS 0x1000000000ul
#define HEAP_LIMIT 0x2000000000ul
#define WINDOW_ADDRESS 0x2000000000ul
#define WINDOW_LIMIT 0x400000000000ul /* at most STARTUP_STACK_GUARD */

/* Makes an object (sizes: microk/cap.h) in a new slot. ERR_LIMIT: no free slot; ERR_MEMORY. */
enum microk_status object_make(enum cap_type type, u64 size, cap_t *slot);

/* Maps a Frame, making the page tables that the address still lacks. `attributes`: MAP_*. */
enum microk_status space_map(cap_t space, cap_t frame, u64 address, u32 rights, u32 attributes);

/* Maps a Frame of `pages` pages at an address of the library's choice in the own space, each
 * mapping between unmapped pages. */
enum microk_status window_map(cap_t frame, u64 pages, u32 rights, u32 attributes, void **address);

/* New zeroed memory, readable and writable: its Frame (unless NULL) and where it is mapped.
 * At most FRAME_MAX_PAGES. */
enum microk_status memory_make(u64 pages, cap_t *frame, void **address);
