/* PageTable capabilities: TABLE_MAP, TABLE_UNMAP. */
#pragma once
#include "object/invoke.h"

status_t page_table_decode(struct invocation *inv);

/* Takes a table, mapped at its `address` and `level` in its `space`, out of there. */
void page_table_unmap(struct slot *s);
