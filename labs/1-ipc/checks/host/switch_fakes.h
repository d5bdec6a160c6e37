/* The processor's registers, as the code under test wrote them. */
#pragma once
#include "microk/types.h"

#define FS_BASE 0xc0000100
#define CLOCK_STEP 7 /* ticks that pass with each reading of the clock */

extern u64 cr3, cr3_writes, fs, fs_writes, clock_now, clock_reads, switches;
extern u64 fs_register; /* that was written; another than FS_BASE stays noted */
