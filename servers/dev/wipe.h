/* Secrets are removed from memory after their use, so that numbers that were given out cannot be made again. */
#pragma once
#include "microk/types.h"

/* Bytes become 0; no compiler leaves that out. */
static inline void wipe(void *at, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		((volatile u8 *)at)[i] = 0;
}
