/* A fault message in words. Pure. */
#pragma once
#include "microk/types.h"

#define FAULT_TEXT 160

/* The cause that a fault message (microk/ipcbuf.h) gives, as a sentence for people:
 * "page fault: wrote to 0x0, where nothing is mapped (a null pointer)". */
void fault_describe(const u64 words[], char *to, size_t bytes);

/* Whether the thread ran an address without code. */
bool fault_is_fetch(const u64 words[]);
