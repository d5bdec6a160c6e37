/* Runs the checks of a unit, each in a process of its own, and prints each result. */
#include "unit.h"
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "confine.h"
#include "lib/status.h"

#define CPU_SECONDS 2 /* of processor time, not of the clock: a slow host fails no check */
#define SECONDS_ASLEEP 5
#define EXIT_SANITIZER 99
#define EXIT_HARNESS 98
#define FIELD 1200

/* Shared with the child. */
static struct {
	bool said;
	char status[16], expected[FIELD], came[FIELD], cause[FIELD];
} *verdict;

static void copy(char *to, const char *from)
{
	snprintf(to, FIELD, "%s", from ? from : "");
}

_Noreturn static void end(const char *status, const char *expected, const char *came,
			  const char *cause)
{
	verdict->said = true;
	snprintf(verdict->status, sizeof(verdict->status), "%s", status);
	copy(verdict->expected, expected);
	copy(verdict->came, came);
	copy(verdict->cause, cause);
	_exit(0);
}

_Noreturn void unit_fail(const char *cause, const char *expected, const char *came)
{
	end("FAIL", expected, came, cause);
}

_Noreturn void unit_pass(void)
{
	end("PASS", "", "", "");
}

/* Starter bodies call these. */
_Noreturn void exercise_missing(const char *id, const char *name, const char *handout)
{
	end("MISSING", "the exercise is solved",
	    text("exercise %s (%s) is not written yet; read %s", id, name, handout), NULL);
}

_Noreturn void exercise_missing_at_entry(const char *id, const char *name, const char *handout)
{
	exercise_missing(id, name, handout);
}

const char *text(const char *format, ...)
{
	char *line = malloc(FIELD);
	va_list args;

	va_start(args, format);
	vsnprintf(line, FIELD, format, args);
	va_end(args);
	return line;
}

const char *status_word(u64 status)
{
	switch (status) {
#define X(name, number, what)                                                                      \
	case number: return #name;
		MICROK_STATUS(X)
#undef X
	case DELIVERED: return "DELIVERED";
	case PREEMPTED: return "PREEMPTED";
	}
	return text("%lu, which is not a status", status);
}

static void print_field(const char *field)
{
	putchar('\t');
	for (const char *p = field; *p; p++)
		if (*p == '\n')
			fputs("\\n", stdout);
		else
			putchar(*p == '\t' ? ' ' : *p);
}

#define NEAR_NULL 0x10000 /* lower addresses are fields of a structure at NULL */

/* Parts that differ from run to run are cut out, so that one mistake reads alike in each check: the process's
 * number, the registers after the event, and addresses. */
static const char *without_numbers(const char *line)
{
	static char kept[512];
	const char *p = line + strspn(line, " "), *registers = strstr(p, " (pc ");
	size_t n = 0;

	if (strncmp(p, "==", 2) == 0 && strstr(p, "ERROR: "))
		p = strstr(p, "ERROR: ");
	while (*p && p != registers && n < sizeof(kept) - 8) {
		char *end = (char *)p;
		if (strncmp(p, "0x", 2) == 0 && strtoull(p, &end, 16) >= NEAR_NULL) {
			n += (size_t)snprintf(&kept[n], 8, "0x...");
			p = end;
		} else {
			kept[n++] = *p++;
		}
	}
	snprintf(&kept[n], 2, "%s", n && kept[n - 1] == '\n' ? "" : "\n");
	return kept;
}

/* The part of a sanitizer's report with the event and its place: not its maps. */
static const char *read_report(FILE *log)
{
	static char kept[FIELD * 2];
	char line[512];
	u32 frames = 0;

	kept[0] = '\0';
	rewind(log);
	while (fgets(line, sizeof(line), log)) {
		const char *p = without_numbers(line);
		bool frame = *p == '#' && strstr(p, "kernel/") && frames++ < 4;
		if ((frame || strstr(p, "ERROR: AddressSanitizer") || strstr(p, "runtime error")) &&
		    strlen(kept) + strlen(p) < sizeof(kept))
			strcat(kept, p);
	}
	return kept;
}

/* The usual meaning of a sanitizer's words; the first that fits. */
static const char *likely(const char *report)
{
	static const char *const known[][2] = {
		{"shift", "a shift by more bits than the number has: an int has 32, and 1ul 64"},
		{"passing zero to", "the first or last set bit of 0 is undefined: ask for 0 first"},
		{"stack-overflow", "the stack pointer leads nowhere, or a recursion does not end"},
		{"use-after-free",
		 "a link to an object that is gone: it was not taken out everywhere"},
		{"misaligned address", "an address with bits in it that are not part of it, such "
				       "as the flags of an entry"},
		{"out of bounds", "an index after the end of its array"},
		{"overflow", "an index or a pointer after the end of its array or object, or a "
			     "number that does not fit"},
		{"address 0x...",
		 "a pointer into something else, or a physical address (entries of "
		 "page tables hold those) used without phys_to_virt"},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strstr(report, known[i][0]))
			return known[i][1];
	return "a pointer that is NULL or points into something else";
}

/* Whether a process waits for an event. It has used no processor time then, on a busy host, too. */
static bool asleep(pid_t process)
{
	char path[32], line[256];

	snprintf(path, sizeof(path), "/proc/%d/stat", process);
	FILE *f = fopen(path, "r");
	if (!f)
		return false;
	const char *after = fgets(line, sizeof(line), f) ? strrchr(line, ')') : NULL;
	fclose(f);
	return after && after[1] == ' ' && after[2] == 'S';
}

/* Waits for the end of a check, and ends one that sleeps: the kernel's code has nothing to wait for. Returns false then. */
static bool wait_for(pid_t child, int *status)
{
	static sigset_t ended;
	const struct timespec second = {1, 0};

	sigemptyset(&ended);
	sigaddset(&ended, SIGCHLD);
	for (u32 seconds = 0; waitpid(child, status, WNOHANG) == 0;) {
		if (sigtimedwait(&ended, NULL, &second) >= 0)
			continue;
		seconds += asleep(child);
		if (seconds == SECONDS_ASLEEP) {
			kill(child, SIGKILL);
			waitpid(child, status, 0);
			return false;
		}
	}
	return true;
}

static void print_result(const char *id, int status, FILE *log, bool slept)
{
	fputs(id, stdout);
	if (slept) {
		fputs("\tHANG\tthe function returns", stdout);
		print_field(text("it slept for %u s", SECONDS_ASLEEP));
		print_field("one of the host's system calls: the kernel's code makes none");
	} else if (verdict->said) {
		print_field(verdict->status);
		print_field(verdict->expected);
		print_field(verdict->came);
		print_field(verdict->cause);
	} else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU) {
		fputs("\tHANG\tthe function returns", stdout);
		print_field(text("it did not return within %u s of processor time", CPU_SECONDS));
		print_field("a loop whose end condition never holds, such as a list that became a "
			    "ring");
	} else {
		fputs("\tCRASH\tthe function returns", stdout);
		if (WIFSIGNALED(status))
			print_field(text("it ended by signal %u (%s)", WTERMSIG(status),
					 strsignal(WTERMSIG(status))));
		else if (WEXITSTATUS(status) == EXIT_SANITIZER)
			print_field("it touched memory that it must not touch, or did what C "
				    "leaves undefined (below)");
		else
			print_field(
				text("it ended the program with status %u", WEXITSTATUS(status)));
		const char *report = read_report(log);
		print_field(likely(report));
		print_field(report);
	}
	putchar('\n');
	fflush(stdout);
}

static void run_one(const struct unit_check *check)
{
	FILE *log = tmpfile();
	int status = 0;
	sigset_t ended, before;

	sigemptyset(&ended);
	sigaddset(&ended, SIGCHLD);
	sigprocmask(SIG_BLOCK, &ended, &before);
	memset(verdict, 0, sizeof(*verdict));
	pid_t child = fork();
	if (child == 0) {
		sigprocmask(SIG_SETMASK, &before, NULL);
		struct rlimit cpu = {CPU_SECONDS, CPU_SECONDS + 1}, core = {0, 0};
		setrlimit(RLIMIT_CPU, &cpu);
		setrlimit(RLIMIT_CORE, &core);
		if (log)
			dup2(fileno(log), 2);
		/* Results go out through a file that the code under test cannot write. */
		close(1);
		if (open("/dev/null", O_WRONLY) != 1 || confine() != 0)
			_exit(EXIT_HARNESS);
		check->run();
		end("PASS", "", "", "");
	}
	if (child < 0 || !log) {
		perror("unit");
		exit(1);
	}
	bool slept = !wait_for(child, &status);
	print_result(check->id, status, log, slept);
	fclose(log);
}

int unit_main(const struct unit_check *checks, size_t count)
{
	verdict = mmap(
		NULL, sizeof(*verdict), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (verdict == MAP_FAILED)
		return 1;
	for (size_t i = 0; i < count; i++)
		run_one(&checks[i]);
	return 0;
}
