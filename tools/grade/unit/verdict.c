#include "verdict.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "memory.h"
#include "unit.h"

#define EXIT_SANITIZER 99
#define RETURNS "the function returns"

struct verdict *verdict;

bool verdict_make(void)
{
	verdict = mmap(
		NULL, sizeof(*verdict), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return verdict != MAP_FAILED;
}

static void copy(char *to, const char *from, size_t room)
{
	snprintf(to, room, "%s", from ? from : "");
}

static void fill(const char *status, const char *expected, const char *came, const char *cause,
		 const char *detail)
{
	copy(verdict->status, status, sizeof(verdict->status));
	copy(verdict->expected, expected, FIELD);
	copy(verdict->came, came, FIELD);
	copy(verdict->cause, cause, FIELD);
	copy(verdict->detail, detail, REPORT_BYTES);
	verdict->said = true;
}

_Noreturn void verdict_end(const char *status, const char *expected, const char *came,
			   const char *cause, const char *detail)
{
	fill(status, expected, came, cause, detail);
	_exit(0);
}

_Noreturn void unit_fail(const char *cause, const char *expected, const char *came)
{
	verdict_end("FAIL", expected, came, cause, "");
}

/* The subject's process is gone, and this is its status and the sanitizer's report. */
_Noreturn static void ended(u64 value, const char *report)
{
	static char plain[REPORT_BYTES];
	int status = (int)value;

	if (value == UNIT_SLEPT)
		verdict_end("HANG", RETURNS, text("it slept for %u s", UNIT_SECONDS_ASLEEP),
			    "one of the host's system calls: the kernel's code makes none", "");
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
		verdict_end(
			"HANG", RETURNS,
			text("it did not return within %u s of processor time", UNIT_CPU_SECONDS),
			"a loop that never ends", "");
	u64 address = sanitizer_address(report);
	sanitizer_plain(report, plain);
	const char *likely =
		object_is_gone(address)
			? "a link to an object that is gone: it was not taken out everywhere"
		: sanitizer_is_physical(address)
			? "a physical address, as entries of page tables hold it, used without "
			  "phys_to_virt"
			: sanitizer_likely(plain);
	verdict_end("CRASH", RETURNS,
		    WIFSIGNALED(status) ? text("it ended by signal %u (%s)", WTERMSIG(status),
					       strsignal(WTERMSIG(status)))
		    : WEXITSTATUS(status) == EXIT_SANITIZER
			    ? "it touched memory that it must not touch, or did what C leaves "
			      "undefined (below)"
			    : text("it ended the program with status %u", WEXITSTATUS(status)),
		    likely, plain);
}

_Noreturn void verdict_of_answer(const struct unit_answer *a)
{
	static char words[3][FIELD + 1];
	const char *from = a->words, *end = a->words + sizeof(a->words);

	if (a->kind == UNIT_ENDED) {
		static char report[UNIT_WORDS + 1];
		memcpy(report, a->words, UNIT_WORDS);
		ended(a->value, report);
	}
	for (u32 i = 0; i < 3 && from < end; i++) {
		size_t length = strnlen(from, (size_t)(end - from));
		snprintf(words[i], sizeof(words[i]), "%.*s", (int)length, from);
		from += length + 1;
	}
	if (a->kind == UNIT_MISSING)
		verdict_end("MISSING", "the exercise is solved", words[0], "", "");
	if (a->kind == UNIT_FAILED)
		verdict_end("FAIL", words[0], words[1], words[2], "");
	verdict_end("FAIL", RETURNS, "an answer of a form that there is not",
		    "the code under test wrote it itself", "");
}

void verdict_of_signal(int signal)
{
	if (signal == SIGXCPU)
		fill("HANG", "the results can be compared", "the comparison came to no end",
		     "links of a list that lead round", "");
	else
		fill("CRASH", "a result is a pointer to one of the check's objects",
		     "it is one that leads to no memory of theirs", "", "");
}
