/* Stands in for the kernel's header of the same name: instructions that would change the processor's state are recorded
 * instead. */
#pragma once
#include "microk/types.h"

#define MSR_FS_BASE 0xc0000100

void write_cr3(u64 v);
void wrmsr(u32 msr, u64 v);
u64 rdtsc(void);
u64 read_cr3(void);
void invlpg(u64 va);
