/* Columns as ls lays them out: read downwards, with two blanks between. */
#include "user/shell/columns.h"
#include "lib/microk/string.h"
#include "lib/microk/util.h"
#include "user/shell/output.h"

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

/* In UTF-8 each byte but a continuation begins a character, which takes one place. */
static u32 name_width(struct shown_name n)
{
	u32 width = (u32)strlen(n.mark);

	for (const char *c = n.text; *c; c++)
		width += ((u8)*c & 0xc0) != 0x80;
	return width;
}

void columns_show(const void *context, u32 count,
		  struct shown_name (*name)(const void *context, u32 i), u32 line)
{
	u32 longest = 0;

	for (u32 i = 0; i < count; i++)
		longest = MAX(longest, name_width(name(context, i)));
	/* The last column stays free: a terminal may wrap a row that is full to the edge. */
	struct layout layout = columns_layout(count, longest, line - 1);
	for (u32 row = 0; row < layout.rows; row++) {
		for (u32 i = row; i < count; i += layout.rows) {
			struct shown_name n = name(context, i);
			bool last = i + layout.rows >= count;
			out_name(n.text);
			out("%s%*s", n.mark, last ? 0 : (int)(layout.width - name_width(n)), "");
		}
		out("\n");
	}
}
