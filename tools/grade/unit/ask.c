#include "ask.h"
#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "unit.h"
#include "verdict.h"
#include "wire.h"

#define START_SECONDS 60 /* of the host, until the subject is there */

static int through, stops;
static u64 begun; /* the nonce of the check's first question */

void ask_through(int socket, int stop)
{
	through = socket;
	stops = stop;
}

_Noreturn static void lost(const char *what)
{
	fprintf(stderr, "judge: the process with the code under test %s\n", what);
	exit(1);
}

u64 ask(enum unit_op op, u32 function, const u64 *argument, u32 count)
{
	struct unit_question q = {.op = op, .function = function};

	if (getrandom(&q.nonce, sizeof(q.nonce), 0) != sizeof(q.nonce))
		lost("cannot be asked: there are no random numbers");
	memcpy(q.argument, argument, count * sizeof(u64));
	if (send(through, &q, sizeof(q), MSG_NOSIGNAL) != sizeof(q))
		lost("is gone");
	return q.nonce;
}

/* False if the message has not the form of an answer. */
static bool next_answer(struct unit_answer *a)
{
	memset(a, 0, UNIT_ANSWER_BYTES);
	ssize_t n = recv(through, a, sizeof(*a), MSG_TRUNC);

	if (n == 0 || (n < 0 && errno != EINTR))
		lost("is gone");
	return n == sizeof(*a) || (n == UNIT_ANSWER_BYTES && a->kind == UNIT_RETURNED);
}

static bool is_answer_there(int milliseconds)
{
	struct pollfd p = {.fd = through, .events = POLLIN};

	return poll(&p, 1, milliseconds) > 0;
}

void ask_ready(void)
{
	struct unit_answer a;

	if (!is_answer_there(START_SECONDS * 1000) || !next_answer(&a))
		lost("did not start");
}

void ask_begin(void)
{
	begun = ask(UNIT_BEGIN, 0, NULL, 0);
}

/* Ends the check's process, and reads until the subject reports that, whatever else that process has written. */
void ask_stop(void)
{
	struct unit_answer a;

	if (verdict->gone)
		return;
	if (send(stops, &begun, sizeof(begun), MSG_NOSIGNAL) != sizeof(begun))
		lost("is gone");
	while (!next_answer(&a) || a.kind != UNIT_ENDED || a.nonce != begun)
		;
}

_Noreturn static void unasked(void)
{
	unit_fail("the code under test wrote it itself", "one answer for each question",
		  "one that no question asked for");
}

static double seconds_since(const struct timespec *then)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - then->tv_sec) + (double)(now.tv_nsec - then->tv_nsec) / 1e9;
}

/* Ends the check, since this does not answer a question that was asked. `waited`: seconds, 0 without a question. */
_Noreturn static void not_an_answer(bool is_one, const struct unit_answer *a, double waited)
{
	if (!is_one || a->kind != UNIT_ENDED || a->nonce != begun)
		unasked();
	verdict->gone = true;
	if (a->value == UNIT_SLEPT && waited < UNIT_SECONDS_ASLEEP - 1)
		verdict_end("STALLED", "the judge asks at once",
			    "it was held up while the code under test waited for it", "", "");
	verdict_of_answer(a);
}

void want_no_answer(void)
{
	struct unit_answer a;

	if (is_answer_there(0)) {
		bool is_one = next_answer(&a);
		not_an_answer(is_one, &a, 0);
	}
}

/* A stub of each function jumps here (unit.py). */
u64 unit_ask(u32 function, const u64 *argument);

u64 unit_ask(u32 function, const u64 *argument)
{
	struct unit_answer a;
	struct timespec called;

	want_no_answer();
	clock_gettime(CLOCK_MONOTONIC, &called);
	u64 nonce = ask(UNIT_CALL, function, argument, 6);
	bool is_one = next_answer(&a);
	if (!is_one || a.nonce != nonce)
		not_an_answer(is_one, &a, seconds_since(&called));
	if (a.kind != UNIT_RETURNED)
		verdict_of_answer(&a);
	return a.value;
}
