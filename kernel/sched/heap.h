/* A heap of threads by deadline: the earliest is at the root. */
#pragma once
#include "sched/thread.h"

/* t must not be in a heap. A root of NULL is an empty heap. */
void heap_add(struct thread **root, struct thread *t);

/* t must be in this heap, at any place. */
void heap_remove(struct thread **root, struct thread *t);
