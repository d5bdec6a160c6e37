/* FIFOs and sockets by their names: the file's server keeps a capability at the name (lib/fileserver/met.h), and servers/pipe
 * has the rest. */
#pragma once
#include "microk/types.h"

/* The descriptor of a FIFO whose name is open in slot `name`, which goes; flags: O_*; path: absolute. Or a negative errno. */
long fifo_open(u32 name, const char *path, u32 flags);
/* The capability that is kept at the socket's name `path`, in *met. -ECONNREFUSED: none is there, or the path is not that of a
 * socket. */
long socket_find(const char *path, u32 *met);
/* Keeps the capability in slot `met` at the name. */
long socket_keep(const char *path, u32 met);
