/* Runs the checks of a unit, each in a process of its own, and says how each went. */
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
#include "ipc/status.h"

#define CPU_SECONDS 2 /* of processor time, not of the clock: a slow host fails nobody */
#define EXIT_SANITIZER 99
#define EXIT_HARNESS 98
#define FIELD 1200

/* Shared with the child. */
static struct {
	bool said;
	char status[16], expected[FIELD], came[FIELD], cause[FIELD];
} * verdict;

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

/* What starter bodies call. */
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
	return text("%lu, which is no status", status);
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

/* The part of a sanitizer's report that says what and where: not its addresses and maps. */
static void print_report(FILE *log)
{
	char line[512], kept[FIELD * 2] = "";
	u32 frames = 0;

	rewind(log);
	while (fgets(line, sizeof(line), log)) {
		char *p = line + strspn(line, " ");
		bool frame = *p == '#' && strstr(p, "kernel/") && frames++ < 4;
		if ((frame || strstr(p, "ERROR: AddressSanitizer") || strstr(p, "runtime error")) &&
		    strlen(kept) + strlen(p) < sizeof(kept))
			strcat(kept, p);
	}
	print_field(kept);
}

static void print_result(const char *id, int status, FILE *log)
{
	fputs(id, stdout);
	if (verdict->said) {
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
		print_field("a pointer that is NULL or points into something else");
		print_report(log);
	}
	putchar('\n');
	fflush(stdout);
}

static void run_one(const struct unit_check *check)
{
	FILE *log = tmpfile();
	int status = 0;

	memset(verdict, 0, sizeof(*verdict));
	pid_t child = fork();
	if (child == 0) {
		struct rlimit cpu = {CPU_SECONDS, CPU_SECONDS + 1}, core = {0, 0};
		setrlimit(RLIMIT_CPU, &cpu);
		setrlimit(RLIMIT_CORE, &core);
		if (log)
			dup2(fileno(log), 2);
		/* Results go out where the code under test cannot write. */
		close(1);
		if (open("/dev/null", O_WRONLY) != 1)
			_exit(EXIT_HARNESS);
		check->run();
		end("PASS", "", "", "");
	}
	if (child < 0 || !log || waitpid(child, &status, 0) != child) {
		perror("unit");
		exit(1);
	}
	print_result(check->id, status, log);
	fclose(log);
}

int unit_main(const struct unit_check *checks, size_t count)
{
	verdict = mmap(NULL, sizeof(*verdict), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		       -1, 0);
	if (verdict == MAP_FAILED)
		return 1;
	for (size_t i = 0; i < count; i++)
		run_one(&checks[i]);
	return 0;
}
