/* The ready queue: threads that can run but do not. A list for each priority, and a word with a bit for each list that
 * is not empty; every operation is constant time. The running thread is in none. */
#pragma once
#include "sched/thread.h"

void ready_add(struct thread *t);       /* after the others of its priority */
void ready_add_first(struct thread *t); /* before them: it was interrupted in its slice */
void ready_remove(struct thread *t);
struct thread *ready_first(void); /* the most urgent, left in the queue; NULL if none */
/* The most urgent priority that has a thread; -1 if none. */
int ready_priority(void);
