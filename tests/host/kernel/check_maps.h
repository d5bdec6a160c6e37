/* The invariants of page tables, and a TLB that keeps all it may. */
#pragma once
#include "machine.h"

#define LARGE_PAGE (512 * PAGE_SIZE)

/* The TLB is empty, and hears what the kernel makes it forget. */
void maps_begin(void);

/* The address space with this root runs. */
void maps_load(u64 root_phys);

/* Checks the entries of all address spaces and of the TLB, which then holds what is there now; how many pages are
 * mapped. */
u64 maps_check(void);
