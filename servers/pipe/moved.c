#include "servers/pipe/moved.h"
#include "lib/microk/string.h"

static u32 count; /* of the entries in use: mostly 0, so that no request searches for them */

static bool is_of(const struct moved *m, const struct channel *c, enum way way)
{
	return m->channel == channel_number(c) + 1ul && m->way == way;
}

static void drop(const struct moved *m)
{
	KEPT_SET(m->channel, 0ul);
	count--;
}

const struct answered *moved_find(const struct channel *c, enum way way, const struct asker *who,
				  const struct file_read_result **bytes)
{
	for (u32 i = 0; count && i < MOVED_MAX; i++) {
		const struct moved *m = &kept->moved[i];
		if (!is_of(m, c, way) || m->answer.badge != who->badge ||
		    m->answer.number != who->number)
			continue;
		*bytes = &stores->moved[i];
		return &m->answer;
	}
	return NULL;
}

enum microk_status moved_add(const struct channel *c, enum way way, const struct answered *a,
			     const struct file_read_result *bytes)
{
	const struct moved *unused = NULL;
	u32 held = 0;

	for (const struct moved *m = kept->moved; m < kept->moved + MOVED_MAX; m++) {
		held += m->channel &&
			kept->payers[m->channel - 1] == kept->payers[channel_number(c)];
		if (!m->channel && !unused)
			unused = m;
	}
	if (!unused || held >= MOVED_EACH)
		return ERR_NO_SPACE;
	struct moved entry = {.channel = channel_number(c) + 1ul, .way = way, .answer = *a};
	if (way == READING && !(a->what & ANSWERED_LENT))
		memcpy(&stores->moved[unused - kept->moved], bytes,
		       offsetof(struct file_read_result, data) + (a->what & ANSWERED_BYTES));
	kept_write(unused, &entry, sizeof(entry));
	count++;
	return OK;
}

void moved_settle(const struct channel *c, enum way way, const struct asker *who)
{
	for (u32 i = 0; count && i < MOVED_MAX; i++) {
		const struct moved *m = &kept->moved[i];
		if (is_of(m, c, way) && m->answer.badge == who->badge &&
		    m->answer.number >> 32 == who->number >> 32)
			drop(m);
	}
}

void moved_forget(const struct channel *c, u64 badge, bool all)
{
	for (u32 i = 0; count && i < MOVED_MAX; i++) {
		const struct moved *m = &kept->moved[i];
		if (m->channel == channel_number(c) + 1ul && (all || m->answer.badge == badge))
			drop(m);
	}
}

void moved_recount(void)
{
	count = 0;
	for (u32 i = 0; i < MOVED_MAX; i++)
		count += kept->moved[i].channel != 0;
}
