/* Functions by their addresses: boot/symbols, which tools/symbolise.py makes of the programs. Pure. */
#pragma once
#include "microk/types.h"

#define SYMBOL_TEXT 72 /* enough for what symbol_format makes */

/* The function of `program` that the address lies in, as text: "main+0x1f"; false, and *to is
 * empty, if the table does not tell. A return address belongs to the call before it, which may be its
 * function's last instruction. */
bool symbol_find(const char *table, size_t bytes, const char *program, u64 address,
                 bool is_return, char *to, size_t room);
