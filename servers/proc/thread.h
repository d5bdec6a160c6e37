/* Threads of processes, each with a chunk of its own: the Thread, and its IPC buffer. */
#pragma once
#include "servers/proc/process.h"

#define THREAD_CHUNK (2 * PAGE_SIZE)

/* In a transaction: the process's thread number `place`, stopped, without registers. ERR_LIMIT, ERR_MEMORY. */
enum microk_status thread_make(const struct process *p, u32 place);
/* In a transaction: the process ends, or is emptied. */
enum microk_status threads_give(const struct process *p);
/* The thread in a place; NULL: none. */
const struct thread *thread_at(const struct process *p, u32 place);

/* The number by which servers distinguish the requests of threads (lib/microk/stub.h). */
u32 thread_number(const struct process *p, u32 place);

/* ---- Of process.c ---- */
u64 process_badge(const struct process *p, enum badge_kind kind, u32 place);
/* Mints a capability to this server's Endpoint with that badge into slot `index` of `cnode`. */
enum microk_status process_mint(const struct process *p, enum badge_kind kind, u32 place, cap_t cnode, u64 index, u64 rights,
				u64 flags);
void process_drop(const struct process *p);
