/* Protocol pipe: sockets that are connected by a name. */
#include "servers/pipe/listen.h"
#include "servers/pipe/made.h"
#include "servers/pipe/serve_parts.h"

/* The request's end, if it is a name or a listener of a socket, as `listener` has it. */
static enum microk_status find(const struct request *r, bool listener, u32 flags, struct ask *ask)
{
	const struct end *e = end_find(r->badge);

	*ask = (struct ask){.who = {.badge = r->badge, .number = r->number}, .end = e};
	if (!e)
		return ERR_NOT_FOUND;
	if (e->kind != KIND_SOCKET || !e->name || end_is_listener(e) != listener)
		return ERR_TYPE;
	return r->number == 0 || flags & ~PIPE_NO_WAIT ? ERR_ARG : OK;
}

static enum microk_status give(enum microk_status status, const struct made *m, cap_t *socket)
{
	if (status == OK)
		status = serve_mint(m);
	if (status == OK)
		*socket = serve_handle(m, 0);
	return status;
}

static enum microk_status wait(struct request *r, const struct channel *c, struct ask *ask,
			       u32 kind, u32 flags)
{
	if (ask->end->flags & PIPE_NO_WAIT || (kind == PENDING_CONNECTS && flags & PIPE_NO_WAIT))
		return ERR_WOULD_BLOCK;
	ask->size = kind | flags;
	return waiting_add(r, c, OPENING, ask);
}

static enum microk_status connect_datagrams(const struct ask *ask, u32 flags, const struct made **m)
{
	const struct end as = {
		.kind = KIND_SOCKET,
		.flags = flags,
		.payer = ask->end->payer,
		.out = ask->end->name};

	return make_opened(&ask->who, &as, m);
}

enum microk_status serve_connect(struct request *r, const struct pipe_connect_args *args,
				 struct pipe_connect_result *result)
{
	struct ask ask;
	enum microk_status status = find(r, false, args->flags, &ask);

	if (status != OK)
		return status;
	const struct channel *c = channel_named(ask.end->name);
	const struct made *m = made_find(&ask.who);
	if (m)
		return give(OK, m, &result->socket);
	if (!c->readers)
		return ERR_BROKEN;
	if (c->kind == CHANNEL_DATAGRAMS) {
		status = connect_datagrams(&ask, args->flags, &m);
		return give(status, m, &result->socket);
	}
	if (!pending_has_room(c, ask.end))
		return wait(r, c, &ask, PENDING_CONNECTS, args->flags);
	status = make_connected(&ask.who, ask.end, args->flags, &m);
	status = give(status, m, &result->socket);
	listen_settle(c);
	return status;
}

enum microk_status serve_accept(struct request *r, const struct pipe_accept_args *args,
				struct pipe_accept_result *result)
{
	struct ask ask;
	enum microk_status status = find(r, true, args->flags, &ask);

	if (status != OK)
		return status;
	const struct channel *c = channel_named(ask.end->name);
	const struct made *m = made_find(&ask.who);
	if (m)
		return give(OK, m, &result->socket);
	status = make_accepted(&ask.who, ask.end, args->flags, &m);
	if (status == ERR_NOT_FOUND)
		return wait(r, c, &ask, PENDING_ACCEPTS, args->flags);
	status = give(status, m, &result->socket);
	listen_settle(c);
	return status;
}
