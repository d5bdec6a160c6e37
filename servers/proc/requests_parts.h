/* Between requests.c, which has the table of operations, requests_family.c and requests_thread.c. */
#pragma once
#include "gen/protocols/process_server.h"
#include "servers/proc/world.h"

/* Ends the transaction: with OK it holds, otherwise it is undone. */
enum microk_status requests_settle(enum microk_status status);

/* The process whose thread calls, and that thread; NULL: another capability was used. */
const struct process *requests_caller(const struct request *r);
const struct thread *requests_thread(const struct request *r);
/* An answer that was given before: the request is sent again because it did not arrive. */
bool requests_answered(const struct request *r, const struct thread *t);

enum microk_status requests_abandon(struct request *r);
enum microk_status requests_spawn(struct request *r, const struct process_spawn_args *args, struct process_spawn_result *result);
enum microk_status requests_exec(struct request *r, const struct process_exec_args *args, struct process_exec_result *result);
enum microk_status requests_fork(struct request *r, struct process_fork_result *result);
enum microk_status requests_await(struct request *r, const struct process_await_args *args, struct process_await_result *result);
enum microk_status requests_signal(struct request *r, const struct process_signal_args *args);
enum microk_status requests_take(struct request *r, const struct process_take_args *args, struct process_take_result *result);
enum microk_status requests_signal_thread(struct request *r, const struct process_signal_thread_args *args);
enum microk_status requests_queue(struct request *r, const struct process_queue_args *args);
enum microk_status requests_timer(struct request *r, const struct process_timer_args *args, struct process_timer_result *result);
enum microk_status requests_timer_state(struct request *r, const struct process_timer_state_args *args,
					struct process_timer_state_result *result);
enum microk_status requests_alarm(struct request *r, const struct process_alarm_args *args, struct process_alarm_result *result);
enum microk_status requests_relations(struct request *r, const struct process_relations_args *args,
				      struct process_relations_result *result);
enum microk_status requests_set_group(struct request *r, const struct process_set_group_args *args);
enum microk_status requests_begin_session(struct request *r, struct process_begin_session_result *result);
enum microk_status requests_set_foreground(struct request *r, const struct process_set_foreground_args *args);

/* requests_thread.c */
enum microk_status requests_make_thread(struct request *r, const struct process_thread_args *args,
					struct process_thread_result *result);
enum microk_status requests_leave(struct request *r, const struct process_leave_args *args);
enum microk_status requests_interrupt(struct request *r, const struct process_interrupt_args *args);
enum microk_status requests_times(struct request *r, const struct process_times_args *args, struct process_times_result *result);
