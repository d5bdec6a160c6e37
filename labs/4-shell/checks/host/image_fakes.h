/* The headers of a program as they are read: nothing stands in for anything. */
#pragma once
#include "microk/elf.h"
#include "protocols/process.h"
#include "servers/proc/image.h"

extern struct image image; /* as it was read */
extern char defect[160];   /* its text; empty: there is none */

/* Whether the file is a program that can be run. */
bool is_program(const u8 *head, u64 bytes, u64 file_bytes, u64 base);
