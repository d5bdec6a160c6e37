/* The calls that led a thread to its fault. */
#pragma once
#include "lib/postmortem/program.h"
#include "lib/postmortem/symbols.h"

/* "0x400123 main+0x1f", or the address alone where the table of symbols does not have it. */
#define PLACE_TEXT (SYMBOL_TEXT + 24)
void place_describe(const struct dead_program *d, u64 address, bool is_return, char *to, size_t bytes);

/* Reports the callers, innermost first, as far as the program's stack leads; the stack may have any content. `words`: of
 * the fault message. */
void backtrace_report(const struct dead_program *d, const u64 words[]);
