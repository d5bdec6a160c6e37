/*
 * The objects under test: address spaces that run this program's text (nothing in it can be written, so a
 * task has nothing but its stack and its record), and tasks in them, each with memory, CSpace, thread and
 * buffer of its own, so that any of them can be killed in any way and made anew.
 */
#pragma once
#include "tests/guest/kit/kit.h"

#define SPACES_MAX 8
#define TASKS_MAX 80

/* A task's own CSpace. */
enum task_slot {
	S_CNODE = 1,
	S_SERVICE = 2,  /* client: badged, to call. server: unbadged, to receive and to mint from */
	S_NOTIFY = 3,
	S_ARRIVED = 8,  /* ..10: where capabilities that come with a message are put */
	S_SENT = 12,    /* ..14: a client's gifts */
	S_KEPT = 16,    /* a session that a client keeps until it dies */
	S_REPLY = 32,   /* ..47: a server's Reply objects */
	S_SESSION = 48, /* ..63: its mints for clients */
	TASK_SLOTS = 64
};
#define REPLIES 16
#define SESSIONS 16

/* A page that the test and a task share; it outlives the task. */
struct record {
	/* Written by the test. */
	u64 self; /* this record's address where the task sees it; the thread pointer, too */
	struct ipcbuf *buffer;
	u64 seed, badge;
	u32 life; /* how often it was made */
	bool uses_fpu;
	volatile bool stop;
	volatile u64 server_deaths, endpoint_fails, cancels; /* the actions against it: the causes of errors */
	volatile bool is_cut; /* its capability was taken away */

	/* Written by the task. */
	volatile bool done;
	volatile u64 calls, ended, words, capabilities; /* calls begun and ended; over all lives */
	volatile u64 cancelled; /* of this life */
	volatile u64 by_status[256];
	volatile u32 wrong_line; /* the first thing that was not as it should be; 0: nothing */
	volatile u64 wrong[3];
};
_Static_assert(sizeof(struct record) <= PAGE_SIZE, "one page");

/* Records the place and values of the first failure only. */
#define WRONG(r, a, b, c)                                                      \
	do {                                                                   \
		if (!(r)->wrong_line) {                                        \
			(r)->wrong[0] = (u64)(a);                              \
			(r)->wrong[1] = (u64)(b);                              \
			(r)->wrong[2] = (u64)(c);                              \
			(r)->wrong_line = __LINE__;                            \
		}                                                              \
	} while (0)

struct task {
	u32 id, space;
	bool is_server;
	cap_t memory;  /* all of the task; revoked, it is gone */
	cap_t thread, cnode, pages, notification, service; /* slots of the root */
	struct task *server; /* a client's */
	struct record *record; /* here */
};

extern struct task tasks[TASKS_MAX];
extern u32 task_count;

/* The spaces and as many tasks, none made yet: servers first. */
void world_begin(u32 spaces, u32 servers, u32 clients);
/* Gives everything back, and checks that nothing is left. */
void world_end(void);

void space_make(u32 space);
/* Takes the address space away from all tasks in it. */
void space_kill(u32 space);

/* Makes the task that the record describes; `priority` is its thread's. */
void task_make(struct task *t, u8 priority);
/* Takes back all of the task's memory, in whatever state the task is. */
void task_revoke(struct task *t);

/* Whether a task is able to run. */
enum thread_state task_state(const struct task *t);

/* Where a new thread starts. */
void client_run(struct record *r);
void server_run(struct record *r);

/* Where a server's endpoint lies in the root's CSpace; `task` is a server. */
cap_t endpoint_of(const struct task *server);
