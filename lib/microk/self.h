/*
 * Each thread's own data: its IPC buffer, its capability, its request numbers, a Notification to sleep on.
 *
 * It lies at the very top of the thread's stack, and every stack of this library ends at a multiple of THREAD_STACK_BYTES, so
 * the stack pointer leads to it. Weighed: seL4's libraries keep the IPC buffer in a `__thread` variable, Zircon's C
 * library and musl keep a structure at the thread pointer (fs). Here a thread pointer takes a call and its reply off the
 * kernel's shortest path (docs/fast-path.md: two writes of a model-specific register), and most programs need no other
 * thread-local variable. So the library does not use it, as Linux did not for its kernel stacks (`thread_info`), and only a
 * program that declares `__thread` variables has a thread pointer. It then points here too: the first word is the pointer to
 * itself that the ABI asks for (System V ABI, x86-64 supplement; Drepper, "ELF Handling For Thread-Local Storage", variant
 * II), and the program's variables lie right below.
 */
#pragma once
#include "microk/ipcbuf.h"
#include "microk/types.h"

/* The end of every stack is a multiple of this, and no stack is larger. */
#define THREAD_STACK_BYTES 0x10000ul

struct thread_self {
	struct thread_self *self; /* a compiler reads this at the thread pointer */
	struct ipcbuf *buffer;
	cap_t thread;             /* slot of its Thread */
	cap_t wakeup;             /* slot of a Notification with badge 1 to sleep on (lock.h); 0 as long as there is one thread */
	u32 number;               /* of the thread in this program: 0 is the first */
	u32 requests;             /* made so far */
	void (*entry)(u64 argument);
	u64 argument;
} __attribute__((aligned(64)));

#define THREAD_SELF_BYTES 64 /* for start.S */
_Static_assert(sizeof(struct thread_self) == THREAD_SELF_BYTES, "start.S");

/* The calling thread's data. On a stack that neither start.S nor thread_begin made, the result is meaningless. */
__attribute__((const)) struct thread_self *thread_self(void);
