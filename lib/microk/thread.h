/*
 * Threads of one program: they share memory and capabilities. Each has a stack with a gap below it, an IPC buffer, copies
 * of the program's `__thread` variables, and a Notification to sleep on, all made from the program's own memory.
 */
#pragma once
#include "lib/microk/ipc.h"

struct thread_plan {
	void (*entry)(u64 argument); /* returning from it ends the thread */
	u64 argument;
	const char *name;            /* for reports; cut at 16 bytes */
	u32 stack_pages;             /* at most THREAD_STACK_BYTES / PAGE_SIZE, which is also what 0 stands for */
	u8 priority;                 /* at most the calling thread's limit */
	cap_t fault_endpoint;        /* 0: a fault stops the thread, and the kernel's log reports it */
	cap_t notification;          /* bound to it: its bits end a receive with ST_NOTIFIED; 0: none */
};

struct thread_begun {
	cap_t thread;
	struct ipcbuf *buffer; /* the thread's own; for tests */
};

/* Starts a thread. On failure nothing runs, and `*begun` is all 0. ERR_ARG: no entry, or too large a stack; ERR_LIMIT: no
 * free slot; ERR_MEMORY; ERR_RIGHTS: the priority is above the caller's limit. `begun` may be NULL. */
enum microk_status thread_begin(const struct thread_plan *plan, struct thread_begun *begun);

/* Ends the calling thread; its objects and memory stay. The end of the first thread does not end the program: other threads
 * go on. */
_Noreturn void thread_end(void);

/* Prepares the stack of the calling thread, the program's first, when nothing else has run; start.c only. False: the program has
 * `__thread` variables and the kernel refuses it a thread pointer. */
bool thread_prepare_first(void);
