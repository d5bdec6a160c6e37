/* The entries that the processor remembers of the loaded address space. */
#pragma once
#include "microk/types.h"

/* The address space with this top-level table is about to end: loads the kernel's own if it is loaded. */
void tlb_leave(u64 root_phys);

/* Forgets all of the address space, if it is loaded. */
void tlb_forget_all(u64 root_phys);

/* Forgets a page of the address space, if it is loaded (without PCID no other has entries). */
void tlb_forget(u64 root_phys, u64 address);
