/* A thread: its registers first (entry code saves straight into it), then its wait, its debts, and the capabilities
 * that it needs. */
#pragma once
#include "object/object.h"
#include "object/slot.h"
#include "sched/queue.h"
#include "microk/cap.h"
#include "microk/registers.h"
#include "x86/regs.h"

struct endpoint;
struct notification;
struct space;
struct ipcbuf;

#define EXTRA_TLS 0x01      /* has a thread pointer */
#define EXTRA_NOTIFIED 0x02 /* its bound notification has bits */
#define EXTRA_TIMED 0x04    /* its wait has a deadline */
#define EXTRA_RAISED 0x08   /* it runs at more than its own priority */
#define EXTRA_FPU 0x10      /* it declared that it uses the FPU */

enum thread_slot { T_CSPACE, T_SPACE, T_FAULT, T_BUFFER, T_NOTIFICATION, THREAD_SLOTS };

/* A Reply: the thread that waits for an answer, held by a thread (its bound Reply) or as an object. */
struct reply {
	struct kobject header;
	struct thread *caller; /* AWAITING or FAULTED; its `awaiting` points back here */
	struct thread *owner;  /* the thread it is bound to; of a Reply object: the one that saved the caller, NULL if it ended */
};
_Static_assert(sizeof(struct reply) <= REPLY_BYTES, "retype");

struct thread {
	struct regs regs; /* offset 0: entry code */
	/* The CSpace, cached from slots[T_CSPACE]: look-up is a bounds check and a load. */
	struct slot *caps;
	u64 caps_count; /* 0 without a CSpace */
	u64 cr3;        /* cached from slots[T_SPACE]; the kernel's own table without one */
	u64 fs_base;
	u8 state; /* enum thread_state */
	u8 priority;
	u8 extras;          /* EXTRA_*: state that a switch from or to it must look after; 0 for most */
	bool queued;        /* in the ready queue */
	bool fault_pending; /* its next message is a fault report, not that of its registers */
	u8 priority_limit;  /* the most urgent priority it may give to a thread, itself included */
	u8 wait_prot;       /* while SENDING: protocol rights of the capability used */
	u8 fault_drops;     /* reports of its fault that handlers have dropped (ipc/fault.h) */
	u64 wait_badge;     /* likewise: its badge */
	struct kobject *dying; /* objects that it ended and that are not taken apart yet (cap/reap.h) */

	struct thread *next, *prev; /* ready queue, or the queue of wait_on */
	struct kobject *wait_on;    /* Endpoint or Notification queued on */
	struct reply *awaiting;     /* Reply that owes this thread an answer */
	struct reply bound_reply;   /* names the caller that this thread owes an answer */

	u64 ipc_calls;         /* messages sent */
	struct ipcbuf *buffer; /* kernel address, cached from slots[T_BUFFER] */
	struct notification *notification; /* bound, cached from slots[T_NOTIFICATION] */

	/* Among the threads that wait to send through one slot (ipc/sent.h); sent_link NULL: it is not. */
	struct thread *sent_next, **sent_link;

	struct endpoint *serves; /* it is in this one's list of servers (ipc/serve.h) */
	struct thread *serve_next, **serve_link;
	struct thread *group_end; /* in a queue: the other end of its group of equals (sched/queue.h) */
	struct queue owed;        /* callers it has saved in Reply objects, the most urgent first */
	struct thread *saved_by;  /* it is in this one's `owed` */
	const struct slot *unfinished; /* at which its CNode method was interrupted; to compare, never to follow */
	u64 unfinished_identity; /* of the capability there then, as capability_plain has it */
	u64 arrival; /* its number since it last came to an Endpoint's queue, or was turned away there */

	u64 deadline; /* TSC; with EXTRA_TIMED */
	struct thread *timer_left, *timer_right, *timer_up; /* in a heap of deadlines (sched/deadline.c) */
	u8 timer_rank;     /* there; 0: in none */
	u8 timer_priority; /* it is in the heap of this one */
	bool ends_itself;  /* dying, and on its own list */
	bool fails;        /* the method interrupted at `unfinished` is a CNODE_FAIL */
	u8 own_priority;   /* as set; `priority` may be raised by threads that wait for it */

	u64 ticks;      /* TSC ticks charged */
	u64 slice_until; /* the value of `ticks` at which its time slice ends; when it is past, a new slice is due */
	u64 fault_vector, fault_error, fault_address;
	char name[16]; /* zero-padded */

	struct kobject header __attribute__((aligned(64)));
	struct slot slots[THREAD_SLOTS]; /* the capabilities that it needs; flagged SLOT_THREAD */
	struct fpu_registers fpu; /* of a thread with EXTRA_FPU that does not run */
};

_Static_assert(offsetof(struct thread, regs) == 0, "entry code");
_Static_assert(sizeof(struct thread) <= THREAD_BYTES, "retype");

/* Threads are aligned to their size, so that an embedded slot finds its thread. */
static inline struct thread *slot_thread(const struct slot *s)
{
	return (struct thread *)((u64)s & ~(u64)(THREAD_BYTES - 1));
}

/* The thread whose header this is. */
static inline struct thread *thread_of(struct kobject *header)
{
	return (struct thread *)((u64)header - offsetof(struct thread, header));
}

/* For the log; "?" for a thread without a name. */
static inline const char *thread_name(const struct thread *t)
{
	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): a thread that is named exists */
	return t->name[0] ? t->name : "?";
}

/* The root task's thread, from stage 2 on: when it ends, the machine restarts (ipc/end.c). */
extern struct thread *thread_root;

/* Makes zeroed memory a stopped thread. */
void thread_init(struct thread *t);

/* Makes a thread ready; `status_tag` becomes the tag (rax) that its system call returns. */
void thread_wake(struct thread *t, u64 status_tag);

/* Of a thread that still waits, if its wait ends with an error: the flag that the tag of a caller has beside the status. */
static inline u64 wait_received(const struct thread *t)
{
	return t->state == THREAD_AWAITING ? TAG_RECEIVED : 0;
}

/* Makes a stopped thread ready as its registers are. */
void thread_resume(struct thread *t);

/* For a panic: prints the name of the thread that the kernel works for. */
void thread_print_current(void);
