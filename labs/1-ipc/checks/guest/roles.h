/*
 * The test program of lab 1: one program, many roles. The grader writes a task's role, and the seed of its answers,
 * into the program file (struct arguments), so that neither passes through the kernel.
 *
 * Tasks judge nothing: they report their results, on a line of their own (COM2), and the grader compares. In most boots one
 * task, the collector, reports the others' messages, so that lines never mix.
 */
#pragma once
#include "lib/microk/ipc.h"
#include "lib/microk/print.h"
#include "lib/microk/start.h"
#include "lib/microk/startup.h"
#include "lib/microk/string.h"

struct arguments {
	char magic[16]; /* by which the grader finds it; tools/grade/engine.py */
	u64 seed;
	char role[24];  /* "name" or "name/number" */
};
extern volatile struct arguments arguments;

extern u64 role_number; /* after the stroke */

/* Word i that follows from the seed (SplitMix64), as the grader derives it too. */
u64 derive(u64 i);
/* Folds words into one. */
u64 fold(u64 h, u64 word);

void report(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void end_machine(void);
_Noreturn void wait_for_ever(void);
/* To the collector, which reports "from BADGE label LABEL: words". */
void tell(u64 label, u64 length, const u64 *words);

#define ROLES(X)    \
	X(registers) \
	X(flags)     \
	X(write_text) \
	X(run_data)  \
	X(read_null) \
	X(read_kernel) \
	X(own)       \
	X(spin)      \
	X(turns)     \
	X(collect)   \
	X(send)      \
	X(poll)      \
	X(wrong)     \
	X(serve)     \
	X(call)      \
	X(no_caller) \
	X(betray)    \
	X(betrayed)  \
	X(crash)

#define X(name) void role_##name(void);
ROLES(X)
#undef X
