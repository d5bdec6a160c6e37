/* The task-state segment: the processor takes the stacks for entry from it (SDM vol. 3, 7.7). */
#pragma once
#include "microk/types.h"

struct tss {
	u32 reserved0;
	u64 rsp[3];
	u64 reserved1;
	u64 ist[7];
	u64 reserved2;
	u16 reserved3, io_map;
} __attribute__((packed));
_Static_assert(sizeof(struct tss) == 104, "SDM");
