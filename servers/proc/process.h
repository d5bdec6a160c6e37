/* Processes and their threads: their objects, their records, and their end. */
#pragma once
#include "lib/microk/ipc.h"
#include "servers/proc/world.h"

/* ---- Badges: all have this bit, which neither a badge of the supervisor's nor one of lib/fileserver has ---- */
#define BADGE_OF_PROCESS (1ul << 62)
enum badge_kind { BADGE_HOLDER = 1, BADGE_THREAD, BADGE_FAULT };

/* The process that a badge names, and the kind; NULL: it is gone. */
const struct process *process_of(u64 badge, enum badge_kind *kind);
/* The thread of a badge of the last two kinds; NULL: it is gone. */
const struct thread *thread_of(const struct process *p, u64 badge);
static inline bool badge_is_of_process(u64 badge) { return badge >> 62 == 1; }

/* The Endpoint of this server, from which the capabilities are minted; and its clients' limit for a process. */
void process_setup(cap_t endpoint);

/* In a transaction: makes a process without a program, for that client. *handle: the slot of the capability that
 * holds it. ERR_LIMIT: there are as many as there can be; ERR_MEMORY. */
enum microk_status process_make(u64 client, const struct process **out, cap_t *handle);
/* In a transaction: back to what process_make left, without the memory of a program that could not be loaded. */
enum microk_status process_empty(const struct process *p);

/* In a transaction: the first thread, stopped, with its stack and buffer. */
enum microk_status process_furnish(const struct process *p);
/* Starts the first thread of a process that is recorded as running, once: also if a predecessor has done so. */
enum microk_status process_run(const struct process *p);

/* A transaction of its own: ends the process, and answers and signals all that wait for this. cause: "" or a reason in words. */
void process_end(const struct process *p, u32 how, u32 code, const char *cause);

/* No capability holds it: if it has ended, or was never started, it goes. */
void process_unheld(const struct process *p);

/* For a successor: processes that no capability holds, and the ends that none has reported. */
void process_take_over(void);

u32 process_count(void);
