/* The pieces of a panic, for callers that report more than a line (an exception reports its registers). */
#pragma once
#include <stdarg.h>
#include "lib/print.h"

void vkprintf(const char *format, va_list args);

/* Prints "KERNEL PANIC: ". A second failure from here on ends the machine at once. */
void panic_begin(void);

/* Prints the return addresses from frame pointer `rbp` on, and ends the machine. */
_Noreturn void panic_end(u64 rbp);
