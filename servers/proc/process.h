/* Processes: their objects, their records, and their end. */
#pragma once
#include "lib/microk/ipc.h"
#include "servers/proc/world.h"

/* In a transaction: makes a process without a program. ERR_LIMIT: there are as many as there can be; ERR_MEMORY. */
struct process_origin {
	u64 client;                   /* that asked for it; or */
	const struct process *parent; /* and then no capability holds it */
	bool replaces;                /* it becomes this parent */
	const char *name;             /* of its program; NULL: not known yet */
};
enum microk_status process_make(const struct process_origin *from, const struct process **out);
/* In a transaction: the same for a program's pages (programs.h). */
enum microk_status process_make_program(const struct process **out);
/* In a transaction: makes the capability that holds it, in its slot of KEPT_HANDLES. */
enum microk_status process_hold(const struct process *p);
/* In a transaction: back to what process_make left, without the memory of a program that could not be loaded. */
enum microk_status process_empty(const struct process *p);

/* A transaction of its own: a process that has not run goes, without a trace. */
void process_unmake(const struct process *p);

/* In a transaction: the process, which is ready to run, takes the place of the one that it replaces: its number and relations. Then
 * process_replaced, which also a successor calls. */
void process_replace(const struct process *p);
void process_replaced(const struct process *p);

/* It has ended, and its parent has its status: it goes, unless a capability holds it. */
void process_reaped(const struct process *p);

/* A transaction of its own: ends the process, and answers and signals all that wait for this. cause: "" or a reason in words. */
void process_end(const struct process *p, u32 how, u32 code, const char *cause);

/* No capability holds it: if it has ended, or was never started, it goes. */
void process_unheld(const struct process *p);

/* For a successor: processes that no capability holds, and the ends that none has reported. */
void process_take_over(void);

u32 process_count(void);
