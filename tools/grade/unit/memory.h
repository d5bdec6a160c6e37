/* The memory that judge and subject both see. */
#pragma once
#include "microk/types.h"

/* Lets the subject use a part of it. */
void memory_allow(u64 address, u64 bytes);

/* Whether the address lies in an object that was taken back (unit_free). */
bool object_is_gone(u64 address);
