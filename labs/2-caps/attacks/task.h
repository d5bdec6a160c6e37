/* Tasks as the root task of a play makes them. */
#pragma once
#include "microk/types.h"

#define TASK_SLOTS 64
#define TASK_FREE 24         /* slots from here on are the play's to fill */
#define TASK_LIBRARY 40      /* and from here on the library's */
#define PAGE_OF_TASK 0x10000000ul /* where task_page maps */

struct task {
	u64 cnode, space, thread; /* slots of the root task */
	struct startup *page;
	u64 buffer;
};

/* An empty CSpace. (Two that are made one after the other are adjacent in memory.) */
void task_begin(struct task *t);

/* Makes its address space, program and stack, and gives it the capabilities that every program has: its CNode, space, thread
 * and a little memory. */
void task_make(struct task *t, const char *part, u64 secret);

/* Gives the task a capability: at most these rights; a badge unless 0. The task finds the slot by the name. */
u64 task_give(struct task *t, const char *name, u64 cap, u32 rights, u64 badge);
/* Does the same, with a capability derived from another task's. */
u64 task_give_of(struct task *t, const char *name, struct task *from, u64 slot, u32 rights, u64 badge);

/* Maps a page, made of `untyped` (0: of the root's memory), at PAGE_OF_TASK; *frame (unless NULL) is the root's slot of it. */
void *task_page(struct task *t, u64 untyped, u32 rights, u64 *frame);

void task_start(struct task *t, u8 priority);

/* Ends the machine with the reason, if a step of the setting-up failed. */
void must(u32 status, const char *what);

/* A line of the root task's, on the console. */
void tell(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Draws the capabilities of both. */
void tasks_draw(const struct task *victim, const struct task *thief, const char *when);
