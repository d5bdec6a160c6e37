/* Touching memory in a thread that may fault, and page tables for it. */
#pragma once
#include "microk/types.h"

/* Must be called once in a test, before `touch`. */
void toucher_begin(void);

/* Does the access fault at that address? Fails the test when it neither faults nor ends. */
bool touch(void (*how)(u64), u64 address);
void touch_read(u64 a);
void touch_write(u64 a);
void touch_run(u64 a);

/* Makes a table of a level, or all three, where the address needs them. */
cap_t table_at(cap_t space, u64 address, u64 level);
void tables_at(cap_t space, u64 address);
