#include "drivers/console/history.h"

void history_init(struct history *h, u32 columns, u64 cells)
{
	u64 most = columns ? cells / columns : 0;

	*h = (struct history){.columns = columns};
	h->most = most < HISTORY_LINES_MAX ? (u32)most : HISTORY_LINES_MAX;
}

void history_add(struct history *h, struct cell *lines, const struct cell *line)
{
	if (!lines || h->most == 0)
		return;
	struct cell *to = lines + h->next % h->most * h->columns;
	for (u32 column = 0; column < h->columns; column++)
		to[column] = line[column];
	h->next++;
	if (h->next - h->first > h->most)
		h->first = h->next - h->most;
}

const struct cell *history_line(const struct history *h, const struct cell *lines, u32 back)
{
	return lines + (h->next - back) % h->most * h->columns;
}

void history_clear(struct history *h)
{
	h->first = h->next;
}
