/* In place of the kernel's header of the same name: what would touch the processor is noted instead. */
#pragma once
#include "microk/types.h"

#define MSR_FS_BASE 0xc0000100

void write_cr3(u64 v);
void wrmsr(u32 msr, u64 v);
u64 rdtsc(void);
u64 read_cr3(void);
void invlpg(u64 va);
