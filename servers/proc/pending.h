/*
 * Signals that are pending, and the thread that takes one. A signal to a process goes to one of its active threads that does not
 * block it, or waits for it (sigtimedwait): the first by its place. If the thread blocks it before it has taken it, or ends, the
 * server looks for another: at each process.take, and at process.leave. Weighed: Linux and BSD look for a thread in the same way,
 * and again when a mask changes; here masks change without the server, so the thread itself states that it passes a signal on.
 */
#pragma once
#include "protocols/process.h"
#include "servers/proc/world.h"

/* A thread's part of struct process_control; false: it has none. And the whole process's, which is in its first thread's page. */
bool pending_control(const struct process *p, u32 place, struct process_control *to);
struct process_control pending_control_of_all(const struct process *p);

/* Whether the thread with that part takes the signal with that bit; and an active thread that does, with its part. NULL: none. */
bool pending_takes(const struct process_control *c, u64 bit);
const struct thread *pending_taker(const struct process *p, u64 bit, struct process_control *c);

/* The two halves of signal_send, of a signal that no default action makes an end of (SIGCHLD): in a transaction, it is
 * pending; then a thread is brought to it. */
void signal_note(const struct process *p, const struct signal_detail *what);
void signal_deliver(const struct process *p, u32 signal);
/* All that are pending: a thread that would have taken them has ended, or blocks them now. */
void signals_deliver_all(const struct process *p);

/* In a transaction: keeps a signal's sender, code and address. */
void pending_detail(const struct process *p, const struct signal_detail *what);
/* A transaction of its own: signals of the set are pending no more. */
void pending_drop(const struct process *p, u64 set);
/* The process sees in its memory what is pending: for all its threads, and for one. */
void pending_show(const struct process *p);
void pending_show_thread(const struct process *p, const struct thread *t);
/* Brings the thread to a signal that is pending. A process whose stack has no room for it ends. */
void pending_kick(const struct process *p, const struct thread *t, const struct process_control *c, u32 signal);

/* In a transaction: the thread takes a signal that is not in `mask`. Its number, 0: there is none. */
u32 signal_take(const struct process *p, const struct thread *t, u64 mask, struct signal_detail *what);
/* After the transaction: the process sees what is still pending, and other threads take the rest. */
void signal_taken(const struct process *p, const struct thread *t);

/* The parent's wishes about SIGCHLD: no status stays of children that end; a signal for those that stop. */
bool signals_reap_children(const struct process *p);
bool signals_want_stops(const struct process *p);
