/*
 * A kernel for host tests: one CSpace for all, endpoints, and servers as coroutines, so that real
 * server loops, generated stubs and lib/microk run unchanged. It has some of the kernel's operations with the same
 * checks, and stops the test at any other.
 */
#pragma once
#include "microk/cap.h"
#include "lib/microk/ipc.h"
#include "lib/microk/startup.h"

/* An endpoint served by main_function, which runs until it receives. Returns the endpoint's slot (no
 * badge, all rights). */
cap_t kernel_server(const char *name, void (*main_function)(cap_t endpoint));

/*
 * The same for a server whose instance can end: it is linked with a library of its own (host_build.apart), and
 * `forget` makes its memory that of a new instance. kernel_die ends the instance that runs, at any place; the next
 * one runs until it receives, and callers get ERR_PEER_DIED.
 */
cap_t kernel_mortal(const char *name, void (*main_function)(cap_t endpoint), void (*forget)(void));
void kernel_die(void);

/* While a call waits for a deferred answer, the kernel calls this; kernel_cancelled ends the call. */
extern void (*kernel_waiting)(void);
extern bool kernel_cancelled;

/* The number of the thread that the test is from now on. */
void kernel_thread(u32 number);

/* Makes an object in an empty slot. The memory of a Frame is at *address. */
void kernel_make(cap_t slot, u32 type, u64 pages, void **address);

/* Mints, as init would, for a client. */
cap_t kernel_mint(cap_t from, u32 rights, u64 badge);

/* Adds a grant to the startup page. */
void kernel_grant(const char *name, cap_t slot, const void *address, u32 pages);
void kernel_program(const char *name, const char *arguments);

/* Whether a slot holds a capability, and how many slots do. */
bool kernel_has(cap_t slot);
u32 kernel_caps(void);
u32 kernel_rights(cap_t slot);

/* A Notification, and how often it was signalled by any of its capabilities. */
cap_t kernel_notification(void);
u32 kernel_signals(cap_t notification);
/* Wakes the server that waits at this endpoint with these bits, as its bound notification would. */
void kernel_notify(cap_t endpoint, u64 bits);

/* The last capability of that badge, which a supervisor watches, is gone. */
void kernel_closed(cap_t endpoint, u64 badge);

/* A capability to I/O ports, and the values written by any of them, in order. */
cap_t kernel_ports(void);
struct kernel_out {
	u64 port, bytes, value;
};
extern struct kernel_out kernel_outs[16];
extern u32 kernel_out_count;

/* Text that programs printed (to no terminal). */
extern char kernel_printed[4096];
