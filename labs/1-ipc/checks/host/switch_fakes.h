/* The processor's registers, as the code under test wrote them. */
#pragma once
#include "microk/types.h"

#define FS_BASE 0xc0000100

extern u64 cr3, cr3_writes, fs, fs_writes, clock_now, switches;
extern u64 fs_register; /* that was written; another than FS_BASE stays noted */
