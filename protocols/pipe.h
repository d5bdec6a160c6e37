/* The numbers of protocol pipe, for servers and clients alike. */
#pragma once
#include "protocols/file.h"

#define PIPE_ATOMIC 4096u /* bytes of one write that stay together: POSIX's PIPE_BUF (limits.h) */

#define PIPE_BACKLOG 64u /* connections that may wait at a listener */

/* `flags` of this protocol. */
#define PIPE_NO_WAIT 0x1u /* POSIX's O_NONBLOCK */
#define PIPE_READ 0x2u    /* of pipe.open */
#define PIPE_WRITE 0x4u

/* `events` of pipe.state, beside EVENT_*: the other side has gone (POSIX's POLLHUP and POLLERR). A watch of any event is
 * signalled for it, too. */
#define PIPE_HANGUP 0x4u
