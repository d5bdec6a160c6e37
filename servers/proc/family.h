/*
 * Relations of processes: parents and children, groups and sessions (POSIX, XBD 3.296 and 11.1), and waiting for children.
 *
 * Relations are numbers in the records, so that another program's record (exec) has them without a change elsewhere. A child whose
 * parent ends has none any more: PROCESS_ORPHANAGE stands for init, and waits for all. Weighed: xv6 and Linux give such
 * children to a process that must wait for them; here the server itself drops their statuses.
 */
#pragma once
#include "lib/microk/server.h"
#include "servers/proc/world.h"

/* In a transaction, of a process that ends: its children are orphans, and its parent has SIGCHLD pending. */
void family_leave(const struct process *p);
/* It has ended: its parent is woken; its orphans are dropped. Whether its status must stay for the parent. */
bool family_ended(const struct process *p);
/* It has been stopped or continued (p->change). */
void family_changed(const struct process *p);
/* Whether a parent lives that has not taken its status. */
bool family_awaits(const struct process *p);

/* process.await. STATUS_DEFERRED, or the answer in *result. */
struct process_await_args;
struct process_await_result;
enum microk_status family_await(struct request *r, const struct process *p, const struct thread *t,
				const struct process_await_args *args, struct process_await_result *result);
/* A caller of process.await has given up. Whether it was waiting. */
bool family_abandon(const struct thread *t, u64 number);
/* Its threads wait no more: it ends. */
void family_forget(const struct process *p);

/* process.await's answer as the thread's record keeps it. */
void family_unpack(u64 kept, struct process_await_result *result);

/* process.signal. */
enum microk_status family_signal(const struct process *from, i64 to, u32 signal);
/* process.queue. */
enum microk_status family_queue(const struct process *from, u32 to, u32 signal, u64 value);
/* A signal to a whole group. Returns the number of its processes. */
u32 family_signal_group(const struct process *from, u32 group, u32 signal);

/* In a transaction: setpgid and setsid. */
enum microk_status family_set_group(const struct process *from, u32 number, u32 group);
enum microk_status family_begin_session(const struct process *p);
enum microk_status family_set_foreground(const struct process *p, u32 group);
/* The leader of its session; NULL: it has ended. */
const struct process *family_leader(const struct process *p);
