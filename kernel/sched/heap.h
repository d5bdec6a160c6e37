/* A heap of threads by deadline: the earliest is at the root. */
#pragma once
#include "sched/thread.h"

/* t is in no heap; NULL as the root is the empty heap. */
void heap_add(struct thread **root, struct thread *t);

/* t is in this one, at any place. */
void heap_remove(struct thread **root, struct thread *t);
