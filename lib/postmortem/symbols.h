/* Functions by their addresses: boot/symbols, which tools/symbolise.py makes of the programs. Pure. */
#pragma once
#include "microk/types.h"

#define SYMBOL_TEXT 72 /* enough for every text of symbol_find */

/* Writes the function of `program` that contains the address to `to`: "main+0x1f". If the table has no such function, *to is
 * empty and the result is false. A return address belongs to the call before it, which may be its function's last
 * instruction. */
bool symbol_find(const char *table, size_t bytes, const char *program, u64 address,
                 bool is_return, char *to, size_t room);
