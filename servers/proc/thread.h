/* Threads of processes, each with a chunk of its own: the Thread, and its IPC buffer. */
#pragma once
#include "servers/proc/world.h"

#define THREAD_CHUNK (2 * PAGE_SIZE)

/* In a transaction: the process's thread number `place`, stopped, without registers. ERR_LIMIT, ERR_MEMORY. */
enum microk_status thread_make(const struct process *p, u32 place);
/* In a transaction: the buffer alone of a thread. */
enum microk_status thread_make_buffer(const struct process *p, u32 place);
/* In a transaction: a thread that will begin there, in a place that none has: that of one that has left, if there is one. */
enum microk_status thread_add(const struct process *p, u64 entry, u64 stack, u64 pointer, const struct thread **out);
/* Starts a thread of thread_add after its transaction, once: also if a predecessor has done so. */
void thread_go(const struct thread *t);
/* Whether the process has an active thread beside this one. */
bool thread_has_others(const struct process *p, const struct thread *t);
/* In a transaction: the process ends, or is emptied. */
enum microk_status threads_give(const struct process *p);
/* The thread in a place, or of a badge; NULL: none. */
const struct thread *thread_at(const struct process *p, u32 place);

/* Starts the first thread of a process that is recorded as running, once: also if a predecessor has done so. */
enum microk_status thread_run(const struct process *p);

/* The number by which servers distinguish the requests of threads (lib/microk/stub.h). */
u32 thread_number(const struct process *p, u32 place);
/* Ticks of the processor's counter for which threads of the process have run: the one in that place, or with PROCESS_TIMES_ALL
 * all of its present program. False: there is no such thread. One that has left counts, as long as its objects are kept. */
bool thread_ticks(const struct process *p, u32 place, u64 *ticks);
