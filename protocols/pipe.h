/* The numbers of protocol pipe, for servers and clients alike. */
#pragma once
#include "protocols/file.h"

#define PIPE_ATOMIC 4096u /* bytes of one write that stay together: POSIX's PIPE_BUF (limits.h) */

/* `flags` of pipe.make and pipe.flags. */
#define PIPE_NO_WAIT 0x1u /* POSIX's O_NONBLOCK */

/* `events` of pipe.state, beside EVENT_*: the other side has gone (POSIX's POLLHUP and POLLERR). A watch of any event is
 * signalled for it, too. */
#define PIPE_HANGUP 0x4u
