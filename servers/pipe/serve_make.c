/* Protocol pipe: descriptions that are made. */
#include "servers/pipe/made.h"
#include "servers/pipe/make.h"
#include "servers/pipe/serve_parts.h"

cap_t serve_handle(const struct made *m, u32 which)
{
	return end_slot(&kept->ends[m->end[which]], END_HANDLE);
}

/* The capabilities are there to be transferred. */
enum microk_status serve_mint(const struct made *m)
{
	enum microk_status status = end_mint(&kept->ends[m->end[0]]);

	if (status == OK && made_has_two(m))
		status = end_mint(&kept->ends[m->end[1]]);
	return status;
}

static enum microk_status make(const struct request *r, enum made_kind kind, u32 flags, u32 backlog,
			       const struct made **m)
{
	const struct asker who = {.badge = r->badge, .number = r->number};
	enum microk_status status = OK;

	if (flags & ~PIPE_NO_WAIT || r->number == 0 || badge_is_end(r->badge))
		return ERR_ARG;
	*m = made_find(&who);
	if (!*m)
		status = make_ends(&who, kind, flags, backlog, m);
	return status == OK ? serve_mint(*m) : status;
}

enum microk_status serve_make(struct request *r, const struct pipe_make_args *args,
			      struct pipe_make_result *result)
{
	const struct made *m;
	enum microk_status status = make(r, MAKE_PIPE, args->flags, 0, &m);

	if (status == OK)
		*result = (struct pipe_make_result){serve_handle(m, 0), serve_handle(m, 1)};
	return status;
}

enum microk_status serve_pair(struct request *r, const struct pipe_pair_args *args,
			      struct pipe_pair_result *result)
{
	const struct made *m;
	enum microk_status status = make(r, MAKE_PAIR, args->flags, 0, &m);

	if (status == OK)
		*result = (struct pipe_pair_result){serve_handle(m, 0), serve_handle(m, 1)};
	return status;
}

enum microk_status serve_fifo(struct request *r, struct pipe_fifo_result *result)
{
	const struct made *m;
	enum microk_status status = make(r, MAKE_FIFO, 0, 0, &m);

	if (status == OK)
		result->fifo = serve_handle(m, 0);
	return status;
}

enum microk_status serve_terminal(struct request *r, const struct pipe_terminal_args *args,
				  struct pipe_terminal_result *result)
{
	const struct made *m;
	enum microk_status status = make(r, MAKE_TERMINAL, args->flags, 0, &m);

	if (status == OK)
		*result = (struct pipe_terminal_result){serve_handle(m, 0), serve_handle(m, 1)};
	return status;
}

enum microk_status serve_listen(struct request *r, const struct pipe_listen_args *args,
				struct pipe_listen_result *result)
{
	const struct made *m;

	if (args->backlog == 0 || args->backlog > PIPE_BACKLOG)
		return ERR_ARG;
	enum microk_status status = make(r, MAKE_LISTENER, args->flags, args->backlog, &m);
	if (status == OK)
		*result = (struct pipe_listen_result){serve_handle(m, 0), serve_handle(m, 1)};
	return status;
}

enum microk_status serve_datagrams(struct request *r, const struct pipe_datagrams_args *args,
				   struct pipe_datagrams_result *result)
{
	const struct made *m;
	enum microk_status status = make(r, MAKE_DATAGRAMS, args->flags, 0, &m);

	if (status == OK)
		*result = (struct pipe_datagrams_result){serve_handle(m, 0), serve_handle(m, 1)};
	return status;
}

enum microk_status serve_datagram(struct request *r, const struct pipe_datagram_args *args,
				  struct pipe_datagram_result *result)
{
	const struct made *m;
	enum microk_status status = make(r, MAKE_DATAGRAM, args->flags, 0, &m);

	if (status == OK)
		*result = (struct pipe_datagram_result){serve_handle(m, 0), serve_handle(m, 1)};
	return status;
}

/* ---- FIFOs ---- */

/* An opener waits for one of the other direction, which may wait, too. POSIX, open: O_NONBLOCK with a FIFO. */
static bool has_waiting(const struct channel *c, u32 flag)
{
	for (const struct waiter *w = waiting_first(c, OPENING); w; w = w->next)
		if (w->ask.size & flag)
			return true;
	return false;
}

static bool is_met(const struct channel *c, u32 flags)
{
	if ((flags & (PIPE_READ | PIPE_WRITE)) != PIPE_WRITE)
		return flags & (PIPE_WRITE | PIPE_NO_WAIT) || c->writers ||
		       has_waiting(c, PIPE_WRITE);
	return c->readers || has_waiting(c, PIPE_READ);
}

static enum microk_status open_one(const struct asker *who, const struct end *name, u32 flags,
				   const struct made **m)
{
	const struct end as = {
		.kind = KIND_PIPE,
		.flags = flags & PIPE_NO_WAIT,
		.payer = name->payer,
		.in = flags & PIPE_READ ? name->name : 0,
		.out = flags & PIPE_WRITE ? name->name : 0};
	enum microk_status status = make_opened(who, &as, m);

	return status == OK ? serve_mint(*m) : status;
}

/* Answers an opener that waited. */
static void meet(struct waiter *w)
{
	const struct made *m;
	struct pipe_open_result result = {0};
	enum microk_status status = open_one(&w->ask.who, w->ask.end, w->ask.size, &m);

	if (status != OK) {
		waiting_fail(w, status);
		return;
	}
	result.file = serve_handle(m, 0);
	status = pipe_open_reply(w->reply, OK, &result);
	if (status == OK)
		waiting_remove(w);
	else
		waiting_fail(w, status);
	if (status == OK)
		make_arrived(result.file);
	else
		make_lost(result.file);
}

/* The first of those that wait, if the other direction is open now. */
static struct waiter *find_met(const struct channel *c)
{
	for (struct waiter *w = waiting_first(c, OPENING); w; w = w->next)
		if (w->ask.size & PIPE_READ ? c->writers : c->readers)
			return w;
	return NULL;
}

static void meet_others(const struct channel *c)
{
	struct waiter *w;

	while ((w = find_met(c)))
		meet(w);
}

enum microk_status serve_open(struct request *r, const struct pipe_open_args *args,
			      struct pipe_open_result *result)
{
	struct ask ask = {.who = {.badge = r->badge, .number = r->number},
			  .end = end_find(r->badge),
			  .size = args->flags};
	const struct channel *c = ask.end ? channel_at(ask.end->name) : NULL;
	const struct made *m = made_find(&ask.who);
	enum microk_status status;

	if (!c)
		return ERR_NOT_FOUND;
	if (ask.end->kind != KIND_PIPE)
		return ERR_TYPE;
	if (args->flags & ~(PIPE_READ | PIPE_WRITE | PIPE_NO_WAIT) || r->number == 0 ||
	    !(args->flags & (PIPE_READ | PIPE_WRITE)))
		return ERR_ARG;
	if (args->flags & PIPE_WRITE && !(r->prot & FILE_RIGHT_WRITE >> RIGHT_PROT_SHIFT))
		return ERR_RIGHTS;
	if (args->flags & PIPE_READ && !(r->prot & FILE_RIGHT_READ >> RIGHT_PROT_SHIFT))
		return ERR_RIGHTS;
	if (!m && !is_met(c, args->flags))
		return args->flags & PIPE_NO_WAIT ? ERR_BROKEN : waiting_add(r, c, OPENING, &ask);
	status = m ? serve_mint(m) : open_one(&ask.who, ask.end, args->flags, &m);
	if (status != OK)
		return status;
	meet_others(c);
	result->file = serve_handle(m, 0);
	return OK;
}
