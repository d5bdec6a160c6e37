/*
 * Signals (POSIX, XSH 2.4). The server keeps the ones that are pending, decides what a signal does to its process, and
 * brings a thread to where it takes it; handlers, masks and actions are the process's own business (user/libc), which
 * states them in struct process_control.
 *
 * A thread that takes a signal is not made to save anything in the server: it goes on at its process's entry with the
 * address where it was on its stack, and returns by itself. So a signal costs the server a look, a word of state, and
 * one change of registers, and a process that is ended or runs another program leaves nothing half delivered.
 *
 * Weighed: Linux and Managarm write a whole frame of registers, FPU included, to the stack, and take it back by a system call
 * (sigreturn); docs/tried-processes.md kept it in the server.
 */
#pragma once
#include "servers/proc/cause.h"
#include "servers/proc/pending.h"

/* Sends the process a signal, which may end it. */
void signal_send(const struct process *p, const struct signal_detail *what);
/* To one thread alone. */
void signal_send_thread(const struct process *p, const struct thread *t, const struct signal_detail *what);

/* A fault's signal: the faulting thread goes on at the process's handler. False: it has none, or blocks it. */
bool signal_fault(const struct process *p, const struct thread *t, u32 signal, const struct fault_words *f);

/* Stops and continues all its threads. */
void signal_stop(const struct process *p, u32 signal);
void signal_continue(const struct process *p);

/* For a successor: no thread stays where an unfinished delivery left it. */
void signals_take_over(const struct process *p);
