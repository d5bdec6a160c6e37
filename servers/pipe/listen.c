#include "servers/pipe/listen.h"
#include "gen/protocols/pipe_server.h"
#include "servers/pipe/make.h"
#include "servers/pipe/watch.h"

/* Its capability, or the error, goes to the caller. */
static void answer(struct waiter *w, enum microk_status status, const struct made *m)
{
	bool accepts = w->ask.size & PENDING_ACCEPTS;

	if (status == OK)
		status = end_mint(&kept->ends[m->end[0]]);
	if (status != OK) {
		waiting_fail(w, status);
		return;
	}
	cap_t socket = end_slot(&kept->ends[m->end[0]], END_HANDLE);
	if (accepts)
		status = pipe_accept_reply(w->reply, OK, &(struct pipe_accept_result){socket});
	else
		status = pipe_connect_reply(w->reply, OK, &(struct pipe_connect_result){socket});
	if (status == OK)
		waiting_remove(w);
	else
		waiting_fail(w, status);
	if (status == OK)
		make_arrived(socket);
	else
		make_lost(socket);
}

static bool serve_one(const struct channel *c)
{
	struct waiter *accepts = pending_request(c, PENDING_ACCEPTS),
		      *connects = pending_request(c, PENDING_CONNECTS);
	const struct made *m = NULL;
	enum microk_status status;

	if (accepts && pending_count(c)) {
		status = make_accepted(
			&accepts->ask.who, accepts->ask.end, accepts->ask.size & PIPE_NO_WAIT, &m);
		if (status != ERR_NOT_FOUND)
			answer(accepts, status, m);
		return true;
	}
	if (connects && pending_has_room(c, connects->ask.end)) {
		status = make_connected(&connects->ask.who, connects->ask.end,
					connects->ask.size & PIPE_NO_WAIT, &m);
		answer(connects, status, m);
		return true;
	}
	return false;
}

void listen_settle(const struct channel *c)
{
	while (serve_one(c))
		;
	watch_look(c);
}
