/* For the checks of a unit. A unit is two programs in two processes:
 *
 *   the subject   the learner's file, the kernel's files around it, and NAME_fakes.c, which stands in for the rest of the
 *                 kernel. It calls the functions that it is asked to call, and returns their results: it compares nothing.
 *   the judge     NAME.c. It asks, holds every expected value and every model, and compares. The subject cannot reach it.
 *
 * The judge calls the subject's functions by their names: unit.py makes a function for each, which sends a question and
 * waits for the answer. Both processes see one piece of memory at one address (wire.h), and only there can they show each
 * other data:
 *
 *   unit_object()  memory for the kernel's objects
 *   ASKED          a variable of the judge's that the subject may read and write
 *   SHARED         a variable of the subject's that the judge may read and write
 *
 * In that memory the subject can change everything at any time. So the judge follows a pointer from there to read only (a
 * wrong one ends the check as CRASH), and writes only through pointers that it keeps itself. Its own variables and its
 * stack are its own: a pointer to one of them means nothing to the subject. */
#pragma once
#include "microk/types.h"

#define SHARED __attribute__((section("unit_shared"), aligned(8)))
#define ASKED __attribute__((section("unit_asked"), aligned(8)))

struct unit_check {
	const char *id;
	void (*run)(void);
};

/* ---- the judge ---- */
/* Runs each check in a process of its own, so that one that crashes or never ends does not affect the others, and prints
 * a line for each: id, status, expected, came, cause, detail, with tabs between. `arguments` are main's. */
int unit_main(const struct unit_check *checks, size_t count, char **arguments);
#define UNIT_MAIN(table)                                                        \
	int main(int count, char **arguments)                                   \
	{                                                                       \
		(void)count;                                                    \
		return unit_main(table, sizeof(table) / sizeof(table[0]), arguments); \
	}

/* Memory for an object, all 0, at a multiple of `align` (a power of 2). The sanitizer reports a use of the bytes around it. */
void *unit_object(u64 align, u64 bytes);
/* Takes it back. The sanitizer reports any later use by the subject. */
void unit_free(void *object);
/* Whether the address lies in an object that was not taken back, so that the judge may follow it. */
bool unit_is_object(const void *address);

/* A number that follows from the run's seed, which the subject does not have; never 0. */
u64 unit_random(u64 which);

/* ---- both ---- */
/* Ends the check as failed. `cause` may be NULL. */
_Noreturn void unit_fail(const char *cause, const char *expected, const char *came);

/* Text that stays. */
const char *text(const char *format, ...) __attribute__((format(printf, 1, 2)));
const char *status_word(u64 status);
/* A small number in decimal, -1 too; of other ones the digits in base 16. Memory that the harness filled with the byte
 * UNIT_FILLED, and that still holds it, was never written. */
const char *number_word(u64 number);
#define UNIT_FILLED 0xa5

/* The condition must hold; else the check fails with these texts. */
#define WANT(condition, cause, expected, came)               \
	do {                                                 \
		if (!(condition))                            \
			unit_fail(cause, expected, came);    \
	} while (0)

#define WANT_U64(what, wanted, got, cause)                                                          \
	do {                                                                                        \
		u64 wanted_ = (u64)(wanted), got_ = (u64)(got);                                     \
		if (wanted_ != got_)                                                                \
			unit_fail(cause, text("%s: %s", what, number_word(wanted_)),                \
				  number_word(got_));                                               \
	} while (0)

#define WANT_STATUS(what, wanted, got, cause)                                                             \
	do {                                                                                              \
		u64 wanted_ = (u64)(wanted), got_ = (u64)(got);                                           \
		if (wanted_ != got_)                                                                      \
			unit_fail(cause, text("%s: %s", what, status_word(wanted_)), status_word(got_));  \
	} while (0)
