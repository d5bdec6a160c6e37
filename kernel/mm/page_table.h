/* PageTable capabilities: TABLE_MAP, TABLE_UNMAP. */
#pragma once
#include "cap/invoke.h"

status_t page_table_decode(struct invocation *inv);

/* Takes a mapped table (its `space`, `address` and `level` say where) out of its address space. */
void page_table_unmap(struct slot *s);
