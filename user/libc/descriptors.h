/*
 * Descriptors: a descriptor is a capability that speaks protocol file, in a slot of the process's own, and its offset
 * lies with the server. So duplicates are the same capability, and this table has only the numbers that C programs
 * use. A file can be without a server: eventfd, timerfd and epoll lie in the process.
 *
 * A thread that uses an open file holds it, so that another which closes the descriptor meanwhile does not give the slot to another
 * file. The capability goes with the last use.
 */
#pragma once
#include "lib/microk/ipc.h"
#include "lib/microk/lock.h"
#include "protocols/dir.h"

#define DESCRIPTORS 64
#define OPEN_PATH 160

/*
 * A file without a server lies in the process: a child of fork has a copy of its own, and another program does not get it. Its
 * threads wait for each other by futexes. Weighed: Redox and Managarm have servers for such files, which other processes reach;
 * nearly all programs use them between their own threads, and for waits in poll.
 */
struct open_file;
struct local_file {
	long (*read)(struct open_file *f, void *to, u64 bytes);
	long (*write)(struct open_file *f, const void *from, u64 bytes);
	/* Those of EVENT_READABLE and EVENT_WRITABLE that hold. *tick: when that changes by itself, if that is before *tick, or
	 * *tick is 0. */
	u32 (*events)(struct open_file *f, u64 *tick);
	void (*watch)(struct open_file *f); /* NULL; or has all signalled that its events depend on */
	void (*end)(void *list);            /* NULL; or frees the memory of one that is closed */
};

#define KIND_LOCAL 64u /* beside enum file_kind */

struct open_file {
	const struct local_file *local; /* NULL: it has a server */
	cap_t cap;
	u32 refs; /* descriptors, and calls under way; 0: this record is free */
	u32 kind; /* enum file_kind, KIND_LOCAL */
	u32 serial; /* different in each open file of the process */
	u32 flags; /* as open got them, O_*; fcntl changes O_NONBLOCK */
	struct lock lock; /* of the cookie, and of a local file's fields */
	u64 cookie; /* of a directory: where the next getdents64 begins */
	u64 came, went; /* bytes that this process has read, and written: for epoll's edges */
	u32 watched, watcher; /* events that the server has a watch for (poll.c), and the place of its thread */
	u32 changes; /* of a local file: threads wait for it to go on (futex.h) */
	u64 count;   /* of an eventfd; the clock of a timerfd */
	u64 tick, interval; /* of a timerfd: the next expiry, and from one to the next; 0: none */
	void *list;  /* of an epoll: its memory (epoll.c) */
	char path[OPEN_PATH]; /* at which it was opened, for openat, fchdir and fstatfs; empty: it is longer, or unknown */
};

/* The open file of a descriptor, held; NULL: EBADF. */
struct open_file *descriptor_hold(long fd);
/* Likewise of a record, if it still is the file with that serial; false: that one is closed. */
bool descriptor_hold_file(struct open_file *f, u32 serial);
void descriptor_let_go(struct open_file *f);
/* The lowest free descriptor from `least` on, for a capability. -EMFILE: there is none, and the capability is dropped. path: at
 * which it was opened, or NULL. */
long descriptor_make(cap_t cap, u32 kind, u32 flags, const char *path);
/* Likewise, for a file without a server, whose fields `content` has. */
long descriptor_make_local(const struct open_file *content);
/* Likewise, for a capability whose kind and rights are found out. */
long descriptor_adopt(cap_t cap, u32 flags);
long descriptor_close(long fd);
/* NULL, or called before a descriptor of the file is closed (locks.c). */
extern void (*descriptor_closing)(struct open_file *f);
/* A further descriptor of the file: `to`, or the lowest free one from `least` on if `to` is below 0. */
long descriptor_duplicate(long fd, long to, long least, bool closes);
/* FD_CLOEXEC of an open descriptor. */
bool descriptor_closes(long fd);
void descriptor_set_closes(long fd, bool closes);
/* Holds all descriptors' files (NULL: it is closed) for a program that is about to begin. closes: bit fd: it is closed for that
 * (FD_CLOEXEC). */
void descriptors_hold_for_program(struct open_file *held[DESCRIPTORS], u64 *closes);
/* Around a fork, in the parent and in the child, which has all files, and none of the other threads that use them. */
void descriptors_before_fork(void);
void descriptors_after_fork(bool child);
/* Takes those of the startup page, which are named by their numbers. */
void descriptors_begin(void);
