/* The parts of the process server. A function that returns i64 returns a result as Linux has it: a negative number is
 * an error. */
#pragma once
#include "gen/lib/microk/methods.h"
#include "lib/microk/ipc.h"
#include "tests/guest/tried/processes/world.h"

#define ESRCH 3
#define ECHILD 10
#define EAGAIN 11
#define ENOMEM 12
#define EFAULT 14
#define EINVAL 22
#define ENOSYS 38

/* A request that is answered later. */
#define LATER ((i64)1 << 62)

struct call {
	struct process *process; /* NULL: the test */
	struct thread *thread;
	u64 badge, number;
	u64 words[7];
};

/* ---- memory.c: regions, and the memory that they are made of ---- */
struct region *region_find(struct process *p, u64 address);
/* A region of new memory; NULL: none left. `address` 0: anywhere. */
struct region *region_make(struct process *p, u64 address, u64 pages, u64 rights);
/* The child's region for one of its parent: the same addresses. False: no memory left. */
bool region_inherit(struct region *to, struct region *from);
void region_put(struct region *r); /* the memory only: the process's address space is gone */
i64 memory_map(struct process *p, u64 address, u64 bytes, u64 protection, u64 flags);
i64 memory_unmap(struct process *p, u64 address, u64 bytes);
i64 memory_protect(struct process *p, u64 address, u64 bytes, u64 protection);

/* ---- pages.c ---- */
/* Makes the page of the address present, and writable if it is to be written. ERR_RANGE: there is no such memory. */
enum microk_status page_resolve(struct process *p, u64 address, bool write, bool present);
/* Makes a page of zeroes, and maps it. */
enum microk_status page_make(struct process *p, const struct region *r, u64 address);
/* Writes bytes of a Frame of the server's into a page that is there. */
enum microk_status page_write(struct process *p, u64 address, cap_t source, u64 offset, u64 bytes);
/* Makes a page with these bytes at the address. */
enum microk_status page_fill(struct process *p, const struct region *r, u64 address,
			     const void *data, u64 bytes);
enum microk_status peek(struct process *p, u64 address, void *to, u64 bytes);
enum microk_status poke(struct process *p, u64 address, const void *from, u64 bytes);

/* ---- load.c ---- */
enum microk_status load(struct process *p, const char *name, u64 *entry, u64 *stack);

/* ---- process.c ---- */
struct process *process_find(u64 number);
/* NULL: no number or memory is left. */
struct process *process_make(u32 parent);
void process_drop(struct process *p);
void process_end(struct process *p, u64 status);
i64 process_spawn(const char *name);

/* ---- fork.c ---- */
i64 fork_process(const struct call *c);

/* ---- threads.c ---- */
/* The thread is stopped, and has all but registers; PROCESS_THREADS: none left. */
u32 thread_make(struct process *p, u32 first);
static inline cap_t thread_cap(const struct process *p, const struct thread *t)
{
	return kept(p, KEPT_THREADS + (u32)(t - p->threads));
}
i64 thread_clone(const struct call *c);
void thread_exit(struct process *p, struct thread *t);
i64 futex(const struct call *c);

/* ---- waits.c: callers that are answered later ---- */
enum wait_kind { WAIT_NONE, WAIT_CHILD, WAIT_FUTEX };
i64 wait_begin(const struct call *c, enum wait_kind kind, u64 what);
/* A child of the process has ended. */
void wait_child_ended(u32 parent);
i64 wait_for_child(const struct call *c, u64 child, u64 status_at, u64 options);
u64 wait_futex_wake(struct process *p, u64 address, u64 most);
/* The process has no threads any more. */
void wait_forget(struct process *p);
/* The result of the request if it was finished, or LATER if it has no effect. */
i64 wait_abandon(const struct call *c);
void answer_keep(struct thread *t, u64 number, i64 result);

/* ---- signals.c ---- */
i64 signal_send(u64 process, u64 signal);
void signal_returned(struct process *p, struct thread *t);
