/*
 * The conformance suite: a file for each family of functions, a check for each sentence of POSIX.1-2017's volume System Interfaces
 * that is held. A check names the function, the section of its page, and the sentence in words of our own.
 *
 * Weighed: the Open POSIX Test Suite has a program for each assertion, with a number that leads to a list of assertions elsewhere;
 * musl's libc-test has a program for each function, and its checks are lines of code. Here one program has all, so that a boot runs
 * it in seconds, and a check carries its own sentence, so that a line of the report can be read alone.
 *
 * A sentence that does not hold here is an exception: it is checked too, and docs/conformance.md has it with its reason. One that
 * holds nevertheless is reported, so that no reason outlives its cause.
 */
#pragma once
#include <errno.h>
#include <stdbool.h>

#define D "DESCRIPTION"
#define R "RETURN VALUE"
#define E "ERRORS"

void check(const char *function, const char *section, const char *sentence, bool holds);
void check_exception(const char *function, const char *section, const char *sentence, bool holds);

#define HOLDS(function, section, sentence, condition)                                              \
	do {                                                                                       \
		errno = 0;                                                                         \
		check(function, section, sentence, condition);                                     \
	} while (0)
/* A call that returns -1 and sets errno. */
#define FAILS(function, error, sentence, call)                                                     \
	do {                                                                                       \
		errno = 0;                                                                         \
		check(function, E, #error ": " sentence, (call) == -1 && errno == (error));        \
	} while (0)
/* A call that returns the error's number. */
#define RETURNS(function, error, sentence, call)                                                   \
	check(function, E, #error ": " sentence, (call) == (error))
#define EXCEPTION(function, section, sentence, condition)                                          \
	do {                                                                                       \
		errno = 0;                                                                         \
		check_exception(function, section, sentence, condition);                           \
	} while (0)

/* The families. Each begins in an empty directory of its own, and leaves nothing but files there. */
void conform_directories(void);
void conform_files(void);
void conform_locks(void);
void conform_memory(void);
void conform_pipes(void);
void conform_process(void);
void conform_signals(void);
void conform_sockets(void);
void conform_spawn(void);
void conform_stdio(void);
void conform_terminal(void);
void conform_threads(void);
void conform_time(void);
void conform_wait(void);
