/*
 * A supervisor receives all messages at one Endpoint. The upper half of the badge decides which protocols a message may use: those
 * of a process, whose rights are distinct, or the kernel's fault messages; or it comes from a thread of the supervisor's own. A
 * program cannot choose its badge, so it can neither forge a fault nor use a right of one protocol in another. The lower half is
 * the service's id.
 */
#pragma once
#include "microk/types.h"

enum badge_kind { BADGE_PROCESS = 1, BADGE_FAULT = 2, BADGE_OWN = 3 };
#define BADGE(kind, id) ((u64)(kind) << 32 | (id))
#define BADGE_KIND(badge) ((u32)((badge) >> 32))
#define BADGE_ID(badge) ((u32)(badge))
