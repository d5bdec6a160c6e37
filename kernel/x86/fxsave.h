/* The memory image of FXSAVE64 (SDM vol. 1, table 10-2): the fields that the kernel sets, and the rest. */
#pragma once
#include "microk/types.h"

struct fxsave {
	u16 fcw, fsw;
	u8 ftw, reserved;
	u16 fop;
	u64 fip, fdp;
	u32 mxcsr, mxcsr_mask;
	u8 registers[512 - 32];
} __attribute__((aligned(16)));
_Static_assert(sizeof(struct fxsave) == 512, "SDM");
