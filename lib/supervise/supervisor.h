/*
 * The loop of a supervisor: at one Endpoint arrive the reports of programs about themselves ("ready", "exit": protocol supervise)
 * and the kernel's fault messages. A table of callbacks decides about the service.
 *
 * Weighed: Erlang's supervisors receive a child's end as a message, and restart it by a strategy that is data. Fuchsia's component
 * manager keeps lifecycle and inspection apart, as here: every program must be able to report, few may look at others.
 */
#pragma once
#include "lib/microk/server.h"
#include "lib/supervise/badge.h"
#include "lib/supervise/service.h"

struct supervisor {
	struct server server; /* its name and Endpoint are the supervisor's to set */
	struct service *services;
	u32 count;
	/* Reports of a service whose instance runs. `ended` and `faulted` end the instance; no answer follows. */
	void (*ready)(struct service *s); /* once for each instance */
	void (*ended)(struct service *s, u32 code);
	void (*faulted)(struct service *s, const u64 words[]); /* FAULT_WORDS of them */
	/* A message with a badge of kind BADGE_OWN: a thread of the supervisor's own has taken the stopped instance apart. May be
	 * NULL if there is no such thread. */
	void (*taken_apart)(struct service *s);
	/* Requests of processes in any other protocol; NULL: there is none. */
	void (*other)(struct request *r);
};

/* The service with that id; NULL if there is none. */
struct service *supervisor_find(const struct supervisor *v, u32 id);

/* Receives for ever. Calls no program. */
_Noreturn void supervisor_run(struct supervisor *v);
