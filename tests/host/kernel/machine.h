/*
 * The kernel without a machine: its own sources, a block of memory, and a root task that is made here as the
 * boot code makes it. A test chooses which thread makes which system call; the scheduler's choices
 * are ignored. Interrupts "come" at random, so preempted operations are interrupted and run again.
 */
#pragma once
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cap/cnode.h"
#include "cap/derive.h"
#include "ipc/endpoint.h"
#include "microk/ipcbuf.h"
#include "microk/syscall.h"
#include "must.h"
#include "x86/layout.h"
#include "sched/thread.h"

#define ROOT_SLOTS 64
enum { M_CNODE = 1, M_UNTYPED, M_THREAD_A, M_THREAD_B, M_PIPE, M_SPACE, M_FIRST_FREE = 10 };
#define UNTYPED_PHYS 0x200000ul
#define UNTYPED_PAGES 64

extern struct cnode *machine_root;
extern struct thread *machine_a, *machine_b;

/* Starts from nothing, with memory as another run left it (the kernel must not depend on its content). */
void machine_begin(u64 seed);

/* t makes a system call; it must be able to run. False: it waits now. Results are in t->regs. */
bool machine_call(struct thread *t, u64 op, u64 cap, u64 tag, const u64 *words, u32 count);

/* The same in parts, for what happens in between: t's registers for a system call; t becomes the one that runs; one
 * entry of the kernel by it. False: it was preempted, and t's next entry goes on with it. */
void machine_load(struct thread *t, u64 op, u64 cap, u64 tag, const u64 *words, u32 count);
void machine_switch(struct thread *t);
bool machine_enter(void);
#define MACHINE_AGAIN 0x400000ul /* where its instruction pointer then is */

/* The processor is free for objects that wait for their urgency, until an interrupt comes. False: none waited. No thread is
 * current then. */
bool machine_work(void);

/* t runs into a page fault; it must be able to run. */
#define MACHINE_FAULT 14
void machine_fault(struct thread *t);

/* The bits of MXCSR that this machine's FPU has. */
#define MACHINE_MXCSR 0xffbfu

/* The thread that makes the typed calls of methods (calls.h), each to its end: thread A from the start. */
extern struct thread *machine_caller;
/* Called, if set, with each such call in its place; returns its status. */
extern status_t (*machine_method)(u64 cap, u64 tag, const u64 *words, u32 count);

/* Bit n: input n of the I/O APIC is masked. */
extern u32 machine_masked;

/* Faults that were printed, and circles of calls. */
extern u32 machine_printed, machine_circles;

/* Bytes of the log that are not shown yet. */
extern u32 machine_log_bytes;

/* Called, if set, when the kernel checks for an interrupt, and returns whether one waits. Without it the answer is
 * random. */
extern bool (*machine_interrupt)(void);

/* Called, if set, when the kernel makes the TLB forget an address, or all of an address space. */
#define MACHINE_TLB_ALL (~0ul)
extern void (*machine_tlb)(u64 root_phys, u64 address);

/* Checks every link and count of the slots reachable from the root; names what does not hold, and aborts. */
void machine_check(void);

/* Checks that no two things lie in the same memory, the dying included; and queues, waits and threads. */
void machine_check_memory(void);
