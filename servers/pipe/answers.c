#include "servers/pipe/answers.h"
#include "servers/pipe/ends.h"
#include "servers/pipe/moved.h"

bool answers_shared[CHANNELS_MAX][WAYS];

/* Of the instance. */
static struct {
	bool arrived;
	bool apart; /* of the answer that is prepared: the last one may still be asked for */
} known[CHANNELS_MAX][WAYS];

static bool is_same_client(const struct answered *a, const struct asker *who)
{
	return a->badge == who->badge && a->number >> 32 == who->number >> 32;
}

static u32 half_of(const struct answered *a)
{
	return a->what & ANSWERED_SECOND ? 1 : 0;
}

const struct answered *answer_find(const struct channel *c, enum way way, const struct asker *who,
				   const struct file_read_result **bytes)
{
	const struct answered *a = &c->last[way];

	if (a->number != who->number || a->badge != who->badge)
		return moved_find(c, way, who, bytes);
	*bytes = &store_of(c)->answers[half_of(a)];
	return a;
}

/* A client that makes a request has its earlier answer, so its bytes are overwritten. Those of another client stay, until the
 * transaction in which they are moved out has been committed. */
static u32 next_half(const struct channel *c)
{
	u32 half = half_of(&c->last[READING]);

	return known[channel_number(c)][READING].apart ? !half : half;
}

struct file_read_result *answer_bytes(const struct channel *c)
{
	return &store_of(c)->answers[next_half(c)];
}

struct file_read_result *answer_scratch(const struct channel *c)
{
	return &store_of(c)->answers[!half_of(&c->last[READING])];
}

enum microk_status answer_begin(const struct channel *c, enum way way, const struct asker *who)
{
	const struct answered *a = &c->last[way];
	bool *apart = &known[channel_number(c)][way].apart;

	moved_settle(c, way, who);
	*apart = false;
	if (a->number == 0 || is_same_client(a, who))
		return OK;
	answers_shared[channel_number(c)][way] = true;
	if (known[channel_number(c)][way].arrived || !end_find(a->badge))
		return OK;
	*apart = true;
	return moved_add(c, way, a, &store_of(c)->answers[half_of(a)]);
}

const struct file_read_result *answer_last(const struct channel *c)
{
	return &store_of(c)->answers[half_of(&c->last[READING])];
}

void answer_keep(const struct channel *c, enum way way, const struct asker *who, u64 what)
{
	const struct answered *a = &c->last[way];

	if (way == READING && next_half(c))
		what |= ANSWERED_SECOND;
	if (a->badge != who->badge)
		kept_set(&a->badge, who->badge);
	kept_set(&a->number, who->number);
	if (a->what != what)
		kept_set(&a->what, what);
	known[channel_number(c)][way].arrived = false;
}

void answer_arrived(const struct channel *c, enum way way)
{
	known[channel_number(c)][way].arrived = true;
}

void answer_undo(const struct channel *c, enum way way)
{
	kept_set(&c->last[way].number, 0);
}

void answers_forget(const struct channel *c)
{
	for (enum way way = 0; way < WAYS; way++) {
		known[channel_number(c)][way].arrived = false;
		answers_shared[channel_number(c)][way] = false;
	}
}
