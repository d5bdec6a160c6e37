/* The parts of requests.c, which has the table of all requests. */
#pragma once
#include "gen/protocols/process_server.h"
#include "servers/proc/world.h"

/* Ends a transaction: with OK it holds, otherwise it is undone. */
enum microk_status request_settle(enum microk_status status);
/* The thread that calls, and its process; NULL: no thread of a running process calls. */
const struct thread *request_caller(const struct request *r, const struct process **p);

/* thread_requests.c */
enum microk_status request_thread(struct request *r, const struct process_thread_args *args, struct process_thread_result *result);
enum microk_status request_leave(struct request *r, const struct process_leave_args *args);
enum microk_status request_times(struct request *r, const struct process_times_args *args, struct process_times_result *result);
enum microk_status request_interrupt(struct request *r, const struct process_interrupt_args *args);
