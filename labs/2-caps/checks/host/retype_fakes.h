/* The calls of the code under test to other files, and their results. */
#pragma once
#include "object/slot.h"

#define RETYPE_SLOTS 256

extern struct slot dest[RETYPE_SLOTS]; /* the CNode that a retype fills */
extern u32 links, looks;
extern bool interrupts, dying; /* an interrupt waits; an object that was there still dies */
extern u64 reaped_from, reaped_bytes;
