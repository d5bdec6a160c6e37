/* The supervisor of the process server, by lib/supervise; the test's requests to the server; and the server of the terminal. */
#pragma once
#include "tests/guest/kit/clock.h"
#include "tests/guest/kit/short.h"
#include "tests/guest/tried/processes/world.h"

/* Makes the service with no process, and starts the first instance and the terminal. */
void server_begin(void);
void server_replace(void);
extern volatile struct world *server_world;

/* The test's requests; each returns the result. */
i64 ask(u16 label, const u64 *words, u32 count);
i64 spawn(const char *program);
i64 wait_for(i64 process);
/* Runs a program to its end. Its status, as wait returns it; the text is in terminal_text. */
i64 run(const char *program);
u64 pool_free(void);

/* Lets all others run for some time. */
void rest(void);
/* Rests until the condition holds; fails the test after long. */
#define AWAIT(condition)                                                                 \
	do {                                                                             \
		for (u32 rests_ = 0; !(condition) && rests_ < 20000; rests_++)           \
			rest();                                                          \
		if (!(condition))                                                        \
			kit_fail(__FILE__, __LINE__, "never came true: %s", #condition); \
	} while (0)

/* ---- terminal.c ---- */
#define TERMINAL_TEXT 16384
void terminal_begin(cap_t endpoint);
/* The text that processes have written so far. */
extern char terminal_text[TERMINAL_TEXT];
void terminal_clear(void);
void terminal_type(const char *text); /* at once; at most TERMINAL_BYTES */
u32 terminal_readers(void);           /* that wait */
/* Reads that were asked for after they had been cancelled. */
extern struct terminal_counts {
	u64 finished, abandoned;
} terminal_counts;

/* ---- killer.c: a thread more urgent than all others acts at a chosen tick ---- */
void killer_begin(void (*act)(void));
/* It acts `after` ticks from kill_go. The timer counts in steps of 16 ticks; another phase moves these steps. */
void kill_prepare(u64 after, u32 phase);
/* Begins now; a process that writes "go" does this, too. */
void kill_go(void);
/* Waits until it has acted. */
void kill_wait(void);
extern u64 kill_went; /* when kill_go was called */
