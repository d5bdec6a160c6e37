/* Names in columns. */
#pragma once
#include "microk/types.h"

struct layout {
	u32 rows, columns, width; /* width: of a column with its gap */
};

/* The fewest rows in which `count` names of at most `longest` columns fit a line of `line` columns.
 * Names go down the columns: number i stands in row i % rows. Pure. */
struct layout columns_layout(u32 count, u32 longest, u32 line);

/* A name, and the mark of its kind that follows it ("/"). */
struct shown_name {
	const char *text, *mark;
};

/* Shows names 0..count-1, which `name` returns, on a terminal of `line` columns. */
void columns_show(const void *context, u32 count,
		  struct shown_name (*name)(const void *context, u32 i), u32 line);
