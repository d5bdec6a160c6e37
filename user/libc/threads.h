/*
 * Threads, as musl's pthread_create has them: it maps the stack with the thread's structure, and clone gets a thread for it from
 * proc. The threads that wait for each other are known to the program's memory alone (futex.h).
 *
 * Weighed: seL4's musl makes all thread objects in the program, which then needs memory and power over threads; Managarm's
 * mlibc asks the process server, as here. There the exit of a thread is found out by the server, which wakes the
 * one that joins; here the thread wakes it, and then leaves by a stack that no other thread frees.
 */
#pragma once
#include "microk/types.h"

/* Whether it is musl's signal for pthread_cancel. */
bool thread_is_cancel(long signal);
/* tkill of a thread of this process, by its number. -ESRCH: there is none. */
long thread_signal(long number, long signal);
/* The place of a thread of this process, by its number; -1: there is none. */
long thread_place(long number);
