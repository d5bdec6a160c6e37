/* A thread: its registers first (entry code saves straight into it), then what it waits for,
 * what it owes, and the capabilities it stands on. */
#pragma once
#include "cap/object.h"
#include "cap/slot.h"
#include "ipc/reply.h"
#include "microk/cap.h"
#include "x86/regs.h"

struct endpoint;
struct notification;
struct space;
struct ipcbuf;

struct thread {
	struct regs regs; /* offset 0: entry code */
	/* The CSpace, cached from cspace_slot: look-up is a bounds check and a load. */
	struct slot *caps;
	u64 caps_count; /* 0 without a CSpace */
	u64 cr3;        /* cached from space_slot; the kernel's own table without one */
	u64 fs_base;
	u8 state; /* enum thread_state */
	u8 priority;
	bool queued;         /* in the ready queue */
	bool recv_nonreply;  /* reserved for the fast path's conditions */
	u32 wait_prot;       /* while SENDING or AWAITING: protocol rights sent with, for late delivery */
	u64 wait_badge;      /* likewise: badge */
	struct kobject header;

	struct thread *next, *prev; /* ready queue, or the queue of wait_on */
	struct kobject *wait_on;    /* Endpoint or Notification queued on */
	struct slot *wait_slot;     /* while SENDING with capabilities: the endpoint slot used (rights check) */
	struct reply *awaiting;     /* Reply that owes this thread an answer */
	struct reply bound_reply;   /* whom this thread owes an answer */

	struct ipcbuf *buffer; /* kernel address, cached from buffer_slot */
	struct notification *notification; /* bound, cached from notification_slot */
	struct endpoint *serves; /* endpoint it last received from: how inheritance finds it */

	u64 ticks;     /* TSC ticks charged */
	u64 ipc_calls; /* messages sent */
	u64 fault_vector, fault_error, fault_address;
	char name[16]; /* zero-padded */

	struct slot cspace_slot, space_slot, fault_slot, buffer_slot, notification_slot;
};

_Static_assert(offsetof(struct thread, regs) == 0, "entry code");
_Static_assert(sizeof(struct thread) <= THREAD_BYTES, "retype");
