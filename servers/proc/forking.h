/*
 * A second process like the caller's (fork): its pages are the parent's, mapped to be read, until one of the two writes (pages.h);
 * memory for copies of all of them is taken at once, so no later write fails. The child has the calling thread alone.
 */
#pragma once
#include "lib/microk/server.h"
#include "servers/proc/world.h"

/* Makes the child of a thread that calls, which goes on with the answer 0. *number: the child's. ERR_LIMIT, ERR_MEMORY. */
enum microk_status forking_make(const struct request *r, const struct process *p, const struct thread *t, u32 *number);
