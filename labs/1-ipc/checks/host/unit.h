/* The harness of unit checks. Each check runs in a process of its own, so that one that crashes or never ends does
 * not affect the others; a result is one line: id, status, expected, came, cause, detail, with tabs between. */
#pragma once
#include "microk/types.h"

struct unit_check {
	const char *id;
	void (*run)(void);
};

/* Runs all and prints a line for each. */
int unit_main(const struct unit_check *checks, size_t count);
#define UNIT_MAIN(table) \
	int main(void) { return unit_main(table, sizeof(table) / sizeof(table[0])); }

/* Ends the check as failed. `cause` may be NULL. */
_Noreturn void unit_fail(const char *cause, const char *expected, const char *came);

/* Text that stays. */
const char *text(const char *format, ...) __attribute__((format(printf, 1, 2)));
const char *status_word(u64 status);

/* Ends the check as passed, from any place. */
_Noreturn void unit_pass(void);

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
			unit_fail(cause, text("%s: 0x%lx", what, wanted_), text("0x%lx", got_));    \
	} while (0)

#define WANT_STATUS(what, wanted, got, cause)                                                             \
	do {                                                                                              \
		u64 wanted_ = (u64)(wanted), got_ = (u64)(got);                                           \
		if (wanted_ != got_)                                                                      \
			unit_fail(cause, text("%s: %s", what, status_word(wanted_)), status_word(got_));  \
	} while (0)
