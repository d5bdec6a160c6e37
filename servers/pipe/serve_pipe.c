/* Protocol pipe: descriptions that are open. And requests that their clients have given up. */
#include "lib/microk/message.h"
#include "lib/microk/stub.h"
#include "servers/pipe/close.h"
#include "servers/pipe/flights.h"
#include "servers/pipe/pending.h"
#include "servers/pipe/make.h"
#include "servers/pipe/serve_parts.h"
#include "servers/pipe/text.h"
#include "servers/pipe/transfer.h"
#include "servers/pipe/watch.h"

static enum microk_status op_flags(struct request *r, const struct pipe_flags_args *args)
{
	const struct end *e = end_find(r->badge);

	if (!e)
		return ERR_NOT_FOUND;
	if (args->flags & ~PIPE_NO_WAIT)
		return ERR_ARG;
	kept_begin();
	KEPT_SET(e->flags, (e->flags & ~PIPE_NO_WAIT) | args->flags);
	return kept_commit();
}

static enum microk_status op_state(struct request *r, struct pipe_state_result *result)
{
	const struct end *e = end_find(r->badge);

	if (!e)
		return ERR_NOT_FOUND;
	result->events = watch_events(e);
	result->readable = e->in ? text_size(channel_at(e->in)) : 0;
	if (end_is_listener(e))
		result->readable = pending_count(channel_named(e->name));
	result->writable = e->out ? channel_room(channel_at(e->out)) : 0;
	return OK;
}

static enum microk_status op_shut(struct request *r, const struct pipe_shut_args *args)
{
	const struct end *e = end_find(r->badge);

	if (!e)
		return ERR_NOT_FOUND;
	if (e->kind != KIND_SOCKET)
		return ERR_TYPE;
	if (!args->events || args->events & ~(EVENT_READABLE | EVENT_WRITABLE))
		return ERR_ARG;
	if (args->events & EVENT_READABLE)
		close_half(e, READING);
	if (args->events & EVENT_WRITABLE)
		close_half(e, WRITING);
	return OK;
}

/* ---- Descriptors in flight ---- */

static enum microk_status op_send(struct request *r, const struct pipe_send_args *args,
				  struct pipe_send_result *result)
{
	struct ask ask = {.size = (u32)args->data_length, .data = args->data, .file = args->file};
	enum microk_status status = serve_ask(r, WRITING, &ask);

	if (status != OK)
		return status;
	if (ask.end->kind != KIND_SOCKET)
		return ERR_TYPE;
	if (ask.size == 0)
		return ERR_ARG;
	status = flight_check(args->file);
	return status == OK ? transfer_write(r, &ask, &result->written) : status;
}

static enum microk_status op_take(struct request *r, struct pipe_take_result *result)
{
	struct ask ask;
	enum microk_status status = serve_ask(r, READING, &ask);

	if (status == OK && ask.end->kind != KIND_SOCKET)
		status = ERR_TYPE;
	if (status == OK && !ask.end->in)
		status = ERR_NOT_FOUND;
	return status == OK ? flight_take(channel_at(ask.end->in), &ask.who, &result->file)
			    : status;
}

const struct pipe_ops serve_pipe_ops = {
	.abandon = serve_abandoned,
	.make = serve_make,
	.pair = serve_pair,
	.fifo = serve_fifo,
	.open = serve_open,
	.terminal = serve_terminal,
	.listen = serve_listen,
	.connect = serve_connect,
	.accept = serve_accept,
	.datagrams = serve_datagrams,
	.datagram = serve_datagram,
	.flags = op_flags,
	.state = op_state,
	.shut = op_shut,
	.send = op_send,
	.take = op_take};

/* ---- Given up ---- */

/* The answer to a request that was served: the bytes of a read by message, else the number of them. */
static enum microk_status answer_again(const struct request *r, const struct answered *a,
				       const struct file_read_result *bytes)
{
	u64 length = a->what & ANSWERED_BYTES;

	r->message->word[0] = length;
	r->message->tag = TAG(OK, bytes ? message_put(r->message, 1, bytes->data, length) : 1);
	return OK;
}

static bool was_answered(const struct request *r, const struct end *e, enum way way)
{
	const struct asker who = {.badge = r->badge, .number = r->number};
	const struct channel *c = channel_at(way == READING ? e->in : e->out);
	const struct file_read_result *bytes;
	const struct answered *a = c ? answer_find(c, way, &who, &bytes) : NULL;

	if (a)
		answer_again(r, a, way == WRITING || a->what & ANSWERED_LENT ? NULL : bytes);
	return a;
}

enum microk_status serve_abandoned(struct request *r)
{
	const struct asker who = {.badge = r->badge, .number = r->number};
	const struct end *e = end_find(r->badge);

	if (waiting_drop(r->badge, r->number) || make_given_up(&who))
		return ERR_CANCELLED;
	if (e && (was_answered(r, e, READING) || was_answered(r, e, WRITING)))
		return OK;
	if (e && e->in)
		flight_given_up(channel_at(e->in), &who);
	return ERR_CANCELLED;
}
