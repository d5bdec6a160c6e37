/* The records of processes and threads, and a record of the calls to the server's other modules. */
#pragma once
#include "gen/protocols/process_protocol.h"
#include "servers/proc/world.h"

extern struct world records;
extern u32 in_transaction, transactions, outside; /* writes outside of a transaction */

struct reply {
	cap_t reply;
	u32 status;
	struct process_await_result result;
};
extern struct reply replies[16];
extern u32 reply_count, deferred, given_back; /* Reply objects taken, and given back */
extern struct process_await_result result; /* of an await that was answered at once */

/* Answers that threads' records keep: of the last one. */
extern u32 kept_count, kept_thread, kept_in;
extern u64 kept_number, kept_result;

extern u32 reaped[64], reaped_count, reaped_inside; /* records; how many of them in a transaction */
extern u32 noted[64], noted_count, delivered_count; /* SIGCHLD: numbers of the receivers */
extern struct signal_detail noted_last;
extern bool reaps_children;                         /* the parent ignores SIGCHLD */
extern u32 poked[64], poked_count;                  /* records in whose page the parent was written */
extern u64 poked_at;
extern u32 poked_value;

enum microk_status await(u32 parent, i64 which, u32 flags, u64 number);
/* As process.c ends a process: family_leave in its transaction, then family_ended. Returns whether its status stays. */
bool ends_with(u32 process, u32 how, u32 code);
void leave(u32 process);
