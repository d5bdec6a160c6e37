/* The instructions by which the kernel's boot examines the processor; the test supplies their results. */
#pragma once
#include "microk/types.h"

u64 rdtsc(void);
u64 rdmsr(u32 msr);
u8 inb(u16 port);
void cpuid(u32 leaf, u32 sub, u32 *a, u32 *b, u32 *c, u32 *d);

/* The host is coherent. */
static inline void cache_line_flush(const void *p) { (void)p; }
static inline void memory_fence(void) {}
