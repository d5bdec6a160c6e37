/*
 * Locks of files. The file's server has them (lib/fileserver/locks.h); an owner is a capability to it. flock's owner is the
 * description itself. A process's own locks (POSIX, fcntl) have a directory of that server as their owner, which this process alone
 * has open; so they end with it. When a descriptor of a file is closed, the process's own locks of that file go (POSIX, close).
 */
#pragma once
#include "user/libc/descriptors.h"

/* fcntl's commands on locks; -EINVAL: it is another command. */
long locks_change(struct open_file *f, long command, void *flock);
/* In a child, which has no locks of its parent's. */
void locks_forked(void);
