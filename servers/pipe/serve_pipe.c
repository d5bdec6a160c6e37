/* Protocol pipe, and requests that their clients have given up. */
#include "servers/pipe/made.h"
#include "servers/pipe/make.h"
#include "servers/pipe/moved.h"
#include "servers/pipe/serve_parts.h"
#include "servers/pipe/watch.h"
#include "lib/microk/message.h"
#include "lib/microk/stub.h"

static enum microk_status op_make(struct request *r, const struct pipe_make_args *args,
				  struct pipe_make_result *result)
{
	const struct asker who = {.badge = r->badge, .number = r->number};
	const struct made *m = made_find(&who);
	enum microk_status status = OK;

	if (args->flags & ~PIPE_NO_WAIT || r->number == 0 || badge_is_end(r->badge))
		return ERR_ARG;
	if (!m)
		status = make_pipe(&who, args->flags, &m);
	for (u32 i = 0; status == OK && i < ARRAY_LEN(m->end); i++)
		status = end_mint(&kept->ends[m->end[i]]);
	if (status != OK)
		return status;
	result->reader = end_slot(&kept->ends[m->end[0]], END_HANDLE);
	result->writer = end_slot(&kept->ends[m->end[1]], END_HANDLE);
	return OK;
}

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
	result->readable = e->in ? channel_count(channel_at(e->in)) : 0;
	result->writable = e->out ? channel_room(channel_at(e->out)) : 0;
	return OK;
}

const struct pipe_ops serve_pipe_ops = {
	.abandon = serve_abandoned, .make = op_make, .flags = op_flags, .state = op_state};

/* ---- Given up ---- */

/* The answer to a request that was served: the bytes of a read by message, else the number of them. */
static enum microk_status answer_again(struct request *r, const struct answered *a, bool is_message,
				       const struct file_read_result *bytes)
{
	u64 length = a->what & ANSWERED_BYTES;

	r->message->word[0] = length;
	r->message->tag = TAG(OK, is_message ? message_put(r->message, 1, bytes->data, length) : 1);
	return OK;
}

enum microk_status serve_abandoned(struct request *r)
{
	const struct asker who = {.badge = r->badge, .number = r->number};
	const struct end *e = end_find(r->badge);
	const struct file_read_result *bytes;

	if (!e || waiting_drop(r->badge, r->number))
		return ERR_CANCELLED;
	const struct answered *a =
		e->in ? answer_find(channel_at(e->in), READING, &who, &bytes) : NULL;
	if (a)
		return answer_again(r, a, !(a->what & ANSWERED_LENT), bytes);
	a = e->out ? answer_find(channel_at(e->out), WRITING, &who, &bytes) : NULL;
	return a ? answer_again(r, a, false, NULL) : ERR_CANCELLED;
}
