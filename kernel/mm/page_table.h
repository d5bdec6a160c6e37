/* PageTable capabilities: TABLE_MAP, TABLE_UNMAP. */
#pragma once
#include "object/invoke.h"

/* Takes a table, mapped at its `address` and `level` in its `space`, out of there. */
void page_table_unmap(struct slot *s);
