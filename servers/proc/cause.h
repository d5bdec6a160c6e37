/* The cause of a process's end by a fault, in words. */
#pragma once
#include "microk/error.h"
#include "servers/proc/world.h"

struct fault_words {
	u64 vector, error, address, ip, sp;
};

/* `status` is of page_resolve or stack_grow. Returns the signal that POSIX has for it. */
u32 cause_of(const struct process *p, const struct fault_words *f, enum microk_status status, char *to, u64 bytes);
