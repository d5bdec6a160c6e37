/* Threads of processes, each with a chunk of its own: the Thread, and its IPC buffer. */
#pragma once
#include "servers/proc/world.h"

#define THREAD_CHUNK (2 * PAGE_SIZE)

/* In a transaction: the process's thread number `place`, stopped, without registers. ERR_LIMIT, ERR_MEMORY. */
enum microk_status thread_make(const struct process *p, u32 place);
/* In a transaction: the buffer alone of a thread. */
enum microk_status thread_make_buffer(const struct process *p, u32 place);
/* In a transaction: the process ends, or is emptied. */
enum microk_status threads_give(const struct process *p);
/* The thread in a place, or of a badge; NULL: none. */
const struct thread *thread_at(const struct process *p, u32 place);

/* Starts the first thread of a process that is recorded as running, once: also if a predecessor has done so. */
enum microk_status thread_run(const struct process *p);

/* The number by which servers distinguish the requests of threads (lib/microk/stub.h). */
u32 thread_number(const struct process *p, u32 place);
