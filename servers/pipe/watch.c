#include "servers/pipe/watch.h"
#include "gen/lib/microk/methods.h"
#include "lib/microk/notice.h"
#include "lib/microk/startup.h"
#include "servers/pipe/channel.h"
#include "servers/pipe/datagram.h"
#include "servers/pipe/pending.h"
#include "servers/pipe/terminal.h"
#include "servers/pipe/text.h"

static u32 count;            /* of all watches */
static u8 holding[ENDS_MAX]; /* of the watched events: those that held at the last look */

static u32 watched(const struct end *e)
{
	return e->flags >> END_WATCH;
}

static bool has_bytes(const struct channel *c)
{
	bool is_readable = channel_count(c) > 0;

	if (is_readable && terminal_is_typed(c))
		text_count(c, &is_readable);
	return is_readable;
}

static bool has_room(const struct channel *c)
{
	static const struct ask a_letter = {.data = (const u8 *)"a", .size = 1};

	return terminal_is_typed(c) ? text_fits(c, &a_letter)
				    : channel_room(c) >= PIPE_ATOMIC + DATAGRAM_HEAD;
}

u32 watch_events(const struct end *e)
{
	const struct channel *in = channel_at(e->in), *out = channel_at(e->out);
	u32 events = 0;

	if (end_is_listener(e))
		return pending_count(channel_named(e->name)) ? EVENT_READABLE : 0;
	bool socket = e->kind == KIND_SOCKET, no_writer = in ? !channel_is_fed(in) : socket,
	     no_reader = out ? !out->readers : socket;

	if (no_writer || (in && has_bytes(in)))
		events |= EVENT_READABLE;
	if (no_reader || (out && has_room(out)))
		events |= EVENT_WRITABLE;
	if (socket ? no_writer && no_reader : no_writer || no_reader)
		events |= PIPE_HANGUP;
	return events;
}

void watch_drop(const struct end *e)
{
	if (!watched(e))
		return;
	cnode_delete(SLOT_CNODE, end_slot(e, END_SIGNAL));
	count--;
}

enum microk_status watch_set(const struct end *e, u32 events, cap_t signal)
{
	enum microk_status status = events ? notice_check(signal) : OK;
	u32 wanted = events ? events | PIPE_HANGUP : 0, hold = watch_events(e) & wanted;

	if (status != OK)
		return status;
	if (hold)
		notice_send(signal);
	watch_drop(e);
	KEPT_SET(e->flags, (e->flags & ((1u << END_WATCH) - 1)) | wanted << END_WATCH);
	if (!events)
		return OK;
	count++;
	holding[end_number(e)] = (u8)hold;
	return cnode_move(SLOT_CNODE, &(struct cnode_move){.index = end_slot(e, END_SIGNAL),
							   .source_cnode = SLOT_CNODE,
							   .source_index = signal});
}

static void look_at(const struct end *e)
{
	u32 now = watch_events(e) & watched(e);

	if (now & ~(u32)holding[end_number(e)])
		notice_send(end_slot(e, END_SIGNAL));
	holding[end_number(e)] = (u8)now;
}

void watch_look(const struct channel *c)
{
	u32 left = count, named = channel_number(c) + 1;

	for (const struct end *e = kept->ends; left && e < kept->ends + ENDS_MAX; e++) {
		if (!e->use || !watched(e))
			continue;
		left--;
		if (e->in == named || e->out == named || (e->name == named && end_is_listener(e)))
			look_at(e);
	}
}

void watch_take_over(void)
{
	count = 0;
	for (const struct end *e = kept->ends; e < kept->ends + ENDS_MAX; e++) {
		if (!e->use || !watched(e)) {
			cnode_delete(SLOT_CNODE, end_slot(e, END_SIGNAL));
			continue;
		}
		count++;
		holding[end_number(e)] = 0;
		notice_send(end_slot(e, END_SIGNAL));
	}
}
