/* Columns as ls lays them out: read downwards, two blanks between. */
#include "user/shell/columns.h"

#define GAP 2

struct layout columns_layout(u32 count, u32 longest, u32 line)
{
	u32 width = longest + GAP;
	u32 columns = (line + GAP) / width;

	if (columns == 0)
		columns = 1;
	u32 rows = (count + columns - 1) / columns;
	return (struct layout){rows, columns, width};
}
