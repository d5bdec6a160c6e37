/*
 * Attacks on a kernel whose capabilities do not hold. Each is a play in a file of its own: set_up (run by the root task)
 * gives both tasks their capabilities, and two functions are the victim's part and the thief's, which is after the
 * victim's secret. Victim and thief are tasks with an address space and a CSpace each; the thief has only the
 * capabilities that set_up gives it.
 *
 *     make stage-2 run BOOT=kernel APPEND="root=boot/attack play=hidden-copy"
 *     make stage-2 run BOOT=kernel APPEND="root=boot/attack play=hidden-copy draw"
 *
 * The second also draws both CSpaces, at the moments that the victim names.
 */
#pragma once
#include "labs/2-caps/attacks/task.h"
#include "microk/cap.h"
#include "microk/info.h"
#include "lib/microk/ipc.h"
#include "lib/microk/memory.h"
#include "lib/microk/print.h"
#include "lib/microk/startup.h"
#include "lib/microk/string.h"

struct play {
	const char *name;
	void (*set_up)(struct task *victim, struct task *thief); /* in the root task */
	void (*victim)(void);                                    /* in a task of its own */
	void (*thief)(void);                                     /* likewise */
	void (*leave)(struct task *thief); /* not NULL: in the root task when the victim has left; it starts the thief */
};
#define PLAYS(X)       \
	X(forged_index)  \
	X(more_rights)   \
	X(other_badge)   \
	X(moved_away)    \
	X(hidden_copy)   \
	X(old_memory)    \
	X(half_transfer) \
	X(writable_list) \
	X(mapped_twice)
#define X(name) extern const struct play play_##name;
PLAYS(X)
#undef X

/* The plays of this program: plays.c here, and for exercise 2.8 labs/2-caps/own/plays.c. */
extern const struct play *const plays[];
extern const u32 play_count;

/* The grader writes these into the program file (tools/grade/engine.py). */
struct arguments {
	char magic[16];
	u64 seed;
	char role[24]; /* the play's name */
};
extern volatile struct arguments arguments;

extern u64 root_door;                                  /* the root task's endpoint, for moments */

/* ---- for both parts (parts.c) ---- */

/* A line of the play: on the console, and on the line that the grader reads. */
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The thief ends with one of these. */
_Noreturn void stole(u64 what);
_Noreturn void got_nothing(void);

/* ---- of the victim ---- */

/* The secret: new in each run, and known to the victim alone. */
u64 secret(void);

/* Reports to the root task that this moment has come. The root task draws, if asked to, and then
 * answers. */
enum { MOMENT_DRAW = 1, MOMENT_LEAVE = 2 };
void moment(u32 which, const char *when);

/* Labels of the thief's questions to a victim, and the protocol right that LOOK needs. */
enum { ASK_LOOK = 1, ASK_DONE = 2 };
#define RIGHT_LOOK RIGHT_PROT(0)

/* The next question at "door"; answers the one before with (status, word). */
struct message next_question(enum microk_status answer, u64 word);

/* ---- of the thief ---- */

/* Asks at `door`. OK: *word is the answer. */
enum microk_status ask(cap_t door, u16 what, u64 *word);

/* Copies a capability of the thief's own into another slot of it. */
enum microk_status copy_own(cap_t to, cap_t from, u64 rights);
