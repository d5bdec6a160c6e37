/* Laying names out in columns. Pure. */
#pragma once
#include "microk/types.h"

struct layout {
	u32 rows, columns, width; /* width: of a column, gap included */
};

/* The fewest rows in which `count` names of at most `longest` columns fit a line of `line` columns. Names
 * go down the columns: number i stands in row i % rows. */
struct layout columns_layout(u32 count, u32 longest, u32 line);
