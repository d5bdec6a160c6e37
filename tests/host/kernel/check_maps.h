/* The invariants of page tables, and a TLB that keeps every entry that it may keep. */
#pragma once
#include "machine.h"

#define LARGE_PAGE (512 * PAGE_SIZE)

/* Empties the TLB, and from here on follows the kernel's invalidations. */
void maps_begin(void);

/* Records that the address space with this root is loaded. */
void maps_load(u64 root_phys);

/* Checks the entries of all address spaces and of the TLB. Fills the TLB with all present entries. Returns the number of
 * mapped pages. */
u64 maps_check(void);
