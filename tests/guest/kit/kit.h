/*
 * The library of test programs that run as the root task: a report line of its own, objects made
 * of the root's memory, and threads in the same or another address space.
 *
 * The report goes to COM2 so that nothing on the console can disturb it; a line is
 *     PASS name            FAIL name: expected, came
 * and the machine ends by isa-debug-exit: 1 all passed, 2 a test failed, 3 the kit itself failed.
 */
#pragma once
#include "microk/cap.h"
#include "microk/info.h"
#include "gen/lib/microk/methods.h"
#include "tests/guest/kit/method.h"
#include "lib/microk/command_line.h"
#include "lib/microk/ipc.h"
#include "lib/microk/print.h"

#define KIT_PRIORITY 60 /* of the test itself */

extern const struct microk_info *kit_info;
extern const char *kit_test; /* name of the test now running, for reports */

/* Runs each of the tests of the table, ends the machine. */
struct kit_test {
	const char *name;
	void (*run)(void);
};
_Noreturn void kit_main(const struct kit_test *tests, size_t count);

/* A program that only runs the tests of the list TESTS(X), in which X(name) stands for test_name(). */
#define KIT_TEST(name) {#name, test_##name},
#define KIT_MAIN(TESTS)                                                    \
	static const struct kit_test kit_tests[] = {TESTS(KIT_TEST)};      \
	int main(void)                                                     \
	{                                                                  \
		kit_main(kit_tests, sizeof(kit_tests) / sizeof(kit_tests[0])); \
	}

void kit_report(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void kit_fail(const char *file, int line, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
extern u32 kit_failures;
u32 kit_failures_here(void); /* of the test now running */

#define CHECK(condition)                                                              \
	do {                                                                          \
		if (!(condition))                                                     \
			kit_fail(__FILE__, __LINE__, "does not hold: %s", #condition); \
	} while (0)

/* A status is what it should be. */
#define EXPECT(wanted, expression)                                                             \
	do {                                                                                   \
		enum microk_status got_ = (expression);                                        \
		if (got_ != (wanted))                                                          \
			kit_fail(__FILE__, __LINE__, "%s: expected %s, came %s", #expression,  \
				 status_name(wanted), status_name(got_));                      \
	} while (0)

#define EXPECT_U64(wanted, expression)                                                        \
	do {                                                                                  \
		u64 wanted_ = (wanted), got_ = (expression);                                  \
		if (got_ != wanted_)                                                          \
			kit_fail(__FILE__, __LINE__, "%s: expected 0x%lx, came 0x%lx",        \
				 #expression, wanted_, got_);                                 \
	} while (0)

/* A free slot; slots from kit_slot are emptied (deleted) when the test ends. */
cap_t kit_slot(void);
/* `count` free slots in a row. */
cap_t kit_slots(u32 count);

/* An Untyped of the test's own, revoked when it ends: `kit_make` takes from it. */
cap_t kit_make(enum cap_type type, u64 size);
cap_t kit_untyped(void);

/* A mint of a capability. */
cap_t kit_mint(cap_t from, u32 rights, u64 badge, u64 flags);

/* DESCRIBE of a slot of the root CNode. */
struct cnode_describe_result kit_describe(cap_t slot);

/* A page of the root's address space backed by a fresh Frame; *frame (if not NULL) gets its slot. */
void *kit_page(cap_t *frame);

/* A thread running entry(argument) in the root's address space, in the root CSpace. It may use
 * t.buffer for its IPC buffer. It ends by returning. */
struct kit_thread {
	cap_t thread;
	struct ipcbuf *buffer;
};
struct kit_thread kit_thread(void (*entry)(u64 argument), u64 argument, u8 priority);

/* The same in an address space of its own, with a fresh copy of this program: so that IPC crosses
 * address spaces. No memory is shared but the IPC buffer (t.buffer); the CSpace is the root's. */
struct kit_thread kit_thread_apart(void (*entry)(u64 argument), u64 argument, u8 priority);

/* State of a thread: enum thread_state. */
u64 kit_state(struct kit_thread t);

/* Stops a thread that waits or has not run yet, gives it a fault endpoint, and lets it go on. */
void give_fault_endpoint(cap_t thread, cap_t endpoint);

/* Yields until the condition holds; fails the test (false) after many yields. */
#define KIT_UNTIL(condition)                                                            \
	do {                                                                            \
		u32 yields_ = 0;                                                        \
		while (!(condition) && yields_++ < 100000)                              \
			kit_yield();                                                    \
		if (!(condition))                                                       \
			kit_fail(__FILE__, __LINE__, "never came true: %s", #condition); \
	} while (0)
void kit_yield(void);

_Noreturn void kit_exit(u8 code);

/* The number after a word of the command line ("seed="), or `otherwise`. */
static inline u64 command_number(const char *word, u64 otherwise)
{
	return command_line_number(kit_info->command_line, word, otherwise);
}
