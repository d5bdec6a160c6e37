/*
 * Children with a program of their own (posix_spawn), and another program in place of the caller's (exec): one and the
 * same. The caller describes the new process in its own memory (struct process_plan), and the server builds it beside
 * the old one; with exec, it takes the old one's number and relations in one transaction when it is ready, so a program
 * that cannot be loaded leaves the caller as it was.
 *
 * Weighed: QNX's posix_spawn is one message to the process manager that contains all arguments; Fuchsia's fdio builds
 * the new process with a loader in the parent. A message here is bounded, so it has the address of the description.
 */
#pragma once
#include "lib/microk/server.h"
#include "servers/proc/world.h"

struct spawning {
	const struct process *process; /* the caller */
	const struct thread *thread;
	u64 plan;  /* address of its struct process_plan */
	cap_t file;
	bool replaces; /* it is exec */
};
/* STATUS_DEFERRED: the loader answers. Or ERR_ARG, ERR_RANGE, ERR_LIMIT, ERR_MEMORY, ERR_NO_SPACE. */
enum microk_status spawning_take(struct request *r, const struct spawning *s);
