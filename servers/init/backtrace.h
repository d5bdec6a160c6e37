/* How a faulted thread got to where it is. */
#pragma once
#include "lib/postmortem/symbols.h"
#include "servers/init/unit.h"

/* "0x400123 main+0x1f", or the address alone where boot/symbols does not know it. */
#define PLACE_TEXT (SYMBOL_TEXT + 24)
void place_describe(const struct unit *s, u64 address, bool is_return, char *to, size_t bytes);

/* Logs the callers, innermost first, as far as the program's stack tells: it is the program's, and may say
 * anything. `words`: of the fault message. Must come before the instance is torn down. */
void backtrace_log(const struct unit *s, const u64 words[]);
