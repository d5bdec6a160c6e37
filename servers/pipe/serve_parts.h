/* Between the files that serve the protocols; for this folder alone. */
#pragma once
#include "gen/protocols/file_server.h"
#include "gen/protocols/pipe_server.h"
#include "gen/protocols/tty_server.h"
#include "servers/pipe/make.h"
#include "servers/pipe/waiting.h"

extern const struct file_ops serve_file_ops;
extern const struct pipe_ops serve_pipe_ops;
extern const struct tty_ops serve_tty_ops;

/* The end that a request of file.read, file.write and the like came by. ERR_ARG: it has no such direction, and never had. */
static inline enum microk_status serve_ask(const struct request *r, enum way way, struct ask *ask)
{
	const struct end *e = end_find(r->badge);

	ask->end = e;
	ask->who = (struct asker){.badge = r->badge, .number = r->number};
	if (!e)
		return ERR_NOT_FOUND;
	if (r->number == 0 || e->name || (!(way == READING ? e->in : e->out) && e->kind != KIND_SOCKET))
		return ERR_ARG;
	return OK;
}

/* Handlers of protocol pipe, in serve_make.c. */
enum microk_status serve_make(struct request *r, const struct pipe_make_args *args, struct pipe_make_result *result);
enum microk_status serve_pair(struct request *r, const struct pipe_pair_args *args, struct pipe_pair_result *result);
enum microk_status serve_fifo(struct request *r, struct pipe_fifo_result *result);
enum microk_status serve_listen(struct request *r, const struct pipe_listen_args *args, struct pipe_listen_result *result);
enum microk_status serve_datagrams(struct request *r, const struct pipe_datagrams_args *args, struct pipe_datagrams_result *result);
enum microk_status serve_datagram(struct request *r, const struct pipe_datagram_args *args, struct pipe_datagram_result *result);
enum microk_status serve_terminal(struct request *r, const struct pipe_terminal_args *args, struct pipe_terminal_result *result);
enum microk_status serve_open(struct request *r, const struct pipe_open_args *args, struct pipe_open_result *result);

/* And in serve_listen.c. */
enum microk_status serve_connect(struct request *r, const struct pipe_connect_args *args, struct pipe_connect_result *result);
enum microk_status serve_accept(struct request *r, const struct pipe_accept_args *args, struct pipe_accept_result *result);

/* The capability of a description that was made is in its kept slot. */
cap_t serve_handle(const struct made *m, u32 which);
enum microk_status serve_mint(const struct made *m);

/* The client has given the request up. */
enum microk_status serve_abandoned(struct request *r);
