/* The seam between the kernel's boot and the first user code. */
#pragma once
#include "microk/types.h"

/* Called by boot/boot.S, in 64-bit mode on the boot stack, with the loader's two registers. */
_Noreturn void kernel_main(u32 magic, u64 handoff_phys);

/* Makes the first task or tasks ready: the root task (root_task.c), or stage 1's two. */
void user_start(void);
