/* Badges of the server's Endpoint. */
#pragma once
#include "microk/types.h"

#define BADGE_FAULTS (1ul << 32)
#define BADGE_OF(process, thread) ((u64)(process) << 8 | (thread))
