/*
 * A supervisor made of init's own files, without the decisions of its manager.c: for a test program that kills services under load
 * and starts them again. The last service of its configuration is the client, whose end is the end of the test.
 */
#pragma once
#include "lib/conf/conf.h"
#include "lib/supervise/service.h"

struct killer {
	/* The configuration; in it "%lu" is the seed, and a "%s" after that the word end= of the command line. */
	const char *text;
	/* The services are made, and have not started. False: the test cannot begin. May be NULL. */
	bool (*prepared)(void);
	/* The services have started: sets the first deadline (killer_after). */
	void (*begin)(void);
	void (*ready)(u32 service); /* may be NULL */
	/* The deadline is over: kills. False: all that were planned are dead, and the client gets its signal to end. */
	bool (*expired)(void);
	/* The client has ended: prints how many were killed. */
	void (*report)(void);
};

/* The number after NAME= on the command line. */
u64 killer_number(const char *name, u64 otherwise);
/* A random number below `below`, by the word seed=. */
u64 killer_draw(u64 below);

/* Microseconds in the processor's ticks. */
u64 killer_ticks(u64 microseconds);
/* The next call of `expired` comes then. */
void killer_after(u64 microseconds);

/* Starts a service that has ended. A failure ends the test. */
void killer_start(u32 service);
/* Ends the service's instance, and starts the next. */
void killer_kill(u32 service);

/* Counts a failure: the test goes on, and fails at its end. */
void killer_failed(const char *words);

_Noreturn void killer_run(const struct killer *killer);
