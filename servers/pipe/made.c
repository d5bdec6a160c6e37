#include "servers/pipe/made.h"

const struct made *made_find(const struct asker *who)
{
	for (const struct made *m = kept->made; m < kept->made + MADE_MAX; m++)
		if (m->badge == who->badge && m->number == who->number)
			return m;
	return NULL;
}

const struct made *made_of(const struct end *e)
{
	for (const struct made *m = kept->made; m < kept->made + MADE_MAX; m++)
		if (m->badge && (m->end[0] == end_number(e) || m->end[1] == end_number(e)))
			return m;
	return NULL;
}

const struct made *made_with(cap_t slot)
{
	for (const struct made *m = kept->made; m < kept->made + MADE_MAX; m++)
		if (m->badge && end_slot(&kept->ends[m->end[0]], END_HANDLE) == slot)
			return m;
	return NULL;
}

void made_forget(const struct made *m)
{
	kept_begin();
	KEPT_SET(m->badge, 0ul);
	kept_commit();
}
