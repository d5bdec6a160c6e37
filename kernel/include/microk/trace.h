/*
 * The trace ring: messages as they pass. Its reader holds the Frame of ROOT_TRACE (read-only) and, to switch it on, the Kernel
 * capability (KERNEL_TRACE). Entry n lies at n % TRACE_ENTRIES; `written` counts all ever written, so a reader that is late by
 * more than the ring sees how much it missed.
 */
#pragma once
#include "microk/types.h"

#define TRACE_ENTRIES 1023

/* A reply through a Reply object is a TRACE_REPLY as well. */
enum trace_kind { TRACE_CALL = 1, TRACE_SEND = 2, TRACE_REPLY = 3 };

struct trace_entry {
	u64 tsc;
	u64 tag;     /* as given to the kernel: label, length, capabilities, request number */
	u64 object;  /* call, send: identity of the Endpoint. reply: identity of the thread answered */
	u64 thread;  /* identity of the thread that calls, sends or replies, as CNODE_DESCRIBE returns it */
	u64 badge;   /* call, send: of the capability used */
	u32 kind;    /* enum trace_kind */
	u32 reserved;
	char name[16]; /* of the thread */
};
_Static_assert(sizeof(struct trace_entry) == 64, "a cache line");

struct trace {
	volatile u64 written;
	u64 reserved[7];
	struct trace_entry entries[TRACE_ENTRIES];
};
#define TRACE_PAGES (sizeof(struct trace) / PAGE_SIZE)
_Static_assert(sizeof(struct trace) % PAGE_SIZE == 0, "whole pages");
