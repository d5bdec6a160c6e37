/*
 * Descriptions that are made. The capability reaches the client with the answer; until that has arrived, the client may ask again
 * for the same one, and a description that no client holds is not closed (docs/tried-files.md: *in doubt*).
 *
 * The answer is sent before the next receive, so an instance knows of each of its own. Of its predecessor at most one was under
 * way; it stays in doubt until its client asks again, makes another request, or is gone.
 */
#pragma once
#include "lib/microk/server.h"
#include "servers/pipe/ends.h"

enum made_kind { MAKE_PIPE, MAKE_PAIR, MAKE_FIFO, MAKE_TERMINAL, MAKE_LISTENER, MAKE_DATAGRAMS, MAKE_DATAGRAM };

/* A pipe's reader and writer, a pair of sockets, the name of a FIFO, a terminal's master and slave, or a
 * socket by name: its listener or itself, and the name; *m names them. backlog: of a listener.
 * ERR_NO_SPACE: the client has its share. */
enum microk_status make_ends(const struct asker *who, enum made_kind kind, u32 flags, u32 backlog, const struct made **m);

/* A further description of channels that exist. ERR_NO_SPACE. */
enum microk_status make_opened(const struct asker *who, const struct end *as, const struct made **m);

/* A socket that is connected to the name's listener, and another one that waits there. ERR_NO_SPACE. */
enum microk_status make_connected(const struct asker *who, const struct end *name, u32 flags, const struct made **m);
/* The socket that waits first. ERR_NOT_FOUND: there is none. If its answer does not arrive, it waits again. */
enum microk_status make_accepted(const struct asker *who, const struct end *listener, u32 flags, const struct made **m);

/* The answer with the capability in `slot` has reached its client; or has not, and the request is undone. */
void make_arrived(cap_t slot);
void make_lost(cap_t slot);

/* The last capability of the description has gone: its client had the answer. False: it is not in doubt. */
bool make_closed(const struct end *e);

/* The client has given the request up: it is undone, if its answer has not arrived. False: there is none. */
bool make_given_up(const struct asker *who);

/* No request of that client comes any more. */
void make_client_gone(u64 badge);
