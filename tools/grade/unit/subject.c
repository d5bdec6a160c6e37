/* The process with the code under test: it calls the functions that the judge names, and returns their results. Each check has a
 * process of its own, which this one starts when the judge begins a check and whose end it reports. */
#include "unit.h"
#include <fcntl.h>
#include <poll.h>
#include <sanitizer/asan_interface.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "confine.h"
#include "wire.h"

#define EXIT_HARNESS 98
#define MOST_FRAMES 4
#define STOPS 4 /* the socket on which the judge ends a check: no check's process has it */
#define ABOVE 8 /* the descriptors with fixed numbers */

/* The functions that the judge may call, made by unit.py of the names that it uses. */
extern u64 (*const unit_calls[])(u64, u64, u64, u64, u64, u64);
extern const u64 unit_call_count;
/* The ends of the SHARED variables: the linker's. Without any there are none. */
extern char __start_unit_shared[] __attribute__((weak)), __stop_unit_shared[] __attribute__((weak));

static u64 asked; /* the nonce of the question that is being answered */

static void answer(u64 kind, u64 value, const char *first, const char *second, const char *third)
{
	struct unit_answer a = {.nonce = asked, .kind = kind, .value = value};
	const char *words[] = {first, second, third};
	size_t n = 0;

	for (u32 i = 0; i < 3; i++) {
		snprintf(&a.words[n], UNIT_WORDS / 3, "%s", words[i] ? words[i] : "");
		n += strlen(&a.words[n]) + 1;
	}
	if (write(ANSWERS, &a, kind == UNIT_RETURNED ? UNIT_ANSWER_BYTES : sizeof(a)) < 0)
		_exit(EXIT_HARNESS);
}

_Noreturn void unit_fail(const char *cause, const char *expected, const char *came)
{
	answer(UNIT_FAILED, 0, expected, came, cause);
	_exit(0);
}

/* Starter bodies call these. */
_Noreturn void exercise_missing(const char *id, const char *name, const char *handout)
{
	answer(UNIT_MISSING, 0,
	       text("exercise %s (%s) is not written yet; read %s", id, name, handout), "", "");
	_exit(0);
}

_Noreturn void exercise_missing_at_entry(const char *id, const char *name, const char *handout)
{
	exercise_missing(id, name, handout);
}

static bool next_question(struct unit_question *q)
{
	return read(ANSWERS, q, sizeof(*q)) == sizeof(*q);
}

_Noreturn static void serve(void)
{
	struct unit_question q;

	while (next_question(&q)) {
		const u64 *a = q.argument;
		asked = q.nonce;
		if (q.op == UNIT_ALLOW)
			__asan_unpoison_memory_region((void *)a[0], a[1]);
		else if (q.op == UNIT_FORBID)
			__asan_poison_memory_region((void *)a[0], a[1]);
		else if (q.op == UNIT_CALL && q.function < unit_call_count)
			answer(UNIT_RETURNED,
			       unit_calls[q.function](a[0], a[1], a[2], a[3], a[4], a[5]), "", "",
			       "");
	}
	_exit(0);
}

/* How often a process has waited for an event, if it waits now; else 0. One that waits uses no processor time, on a
 * busy host, too. */
static u64 sleeps(pid_t process)
{
	char path[32], line[256];
	bool waits = false;
	u64 times = 0;

	snprintf(path, sizeof(path), "/proc/%d/status", process);
	FILE *f = fopen(path, "r");
	if (!f)
		return 0;
	while (fgets(line, sizeof(line), f)) {
		waits |= strncmp(line, "State:\tS", 8) == 0;
		sscanf(line, "voluntary_ctxt_switches: %lu", &times);
	}
	fclose(f);
	return waits ? times : 0;
}

/* Whether the judge is done with the check that it began with this nonce. It may have stopped the one before after its end. */
static bool is_stopped(u64 check)
{
	ssize_t n;
	u64 stopped;

	while ((n = recv(STOPS, &stopped, sizeof(stopped), MSG_DONTWAIT)) > 0)
		if (n == sizeof(stopped) && stopped == check)
			return true;
	return n == 0; /* the judge is gone */
}

/* Ends a poll. */
static void child_ended(int signal)
{
	(void)signal;
}

static u64 end_process(pid_t child)
{
	int status = 0;

	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	return (u64)(u32)status;
}

/* Waits for the end of a check's process, while SIGCHLD is blocked. It ends one whose check is over, whatever that one
 * does, and one that sleeps without a break: the kernel's code has nothing to wait for, and the judge asks its next
 * question at once. Returns its status, or UNIT_SLEPT. */
static u64 wait_for(pid_t child, u64 check)
{
	sigset_t none;
	struct pollfd stops = {.fd = STOPS, .events = POLLIN};
	const struct timespec second = {1, 0};
	u64 before = 0;
	int status;

	sigemptyset(&none);
	for (u32 seconds = 0; waitpid(child, &status, WNOHANG) == 0;) {
		int n = ppoll(&stops, 1, &second, &none);
		if (n > 0 && is_stopped(check))
			return end_process(child);
		if (n != 0)
			continue;
		u64 now = sleeps(child);
		seconds = now && now == before ? seconds + 1 : 0;
		before = now;
		if (seconds == UNIT_SECONDS_ASLEEP) {
			end_process(child);
			return UNIT_SLEPT;
		}
	}
	return (u64)(u32)status;
}

/* Whether a line of a backtrace names a file of the system. */
static bool is_of_system(const char *line)
{
	static const char *const rooms[] = {"kernel/", "lib/", "servers/", "drivers/", "user/"};

	for (u32 i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++) {
		const char *at = strstr(line, rooms[i]);
		if (at && !strstr(line, "/sysdeps/") && (at[-1] == ' ' || at[-1] == '/'))
			return true;
	}
	return false;
}

/* The lines of a sanitizer's report with the event and its place: not its maps. */
static void read_report(FILE *log, char *kept, size_t room)
{
	char line[512];
	u32 frames = 0;

	kept[0] = '\0';
	rewind(log);
	while (fgets(line, sizeof(line), log)) {
		const char *p = line + strspn(line, " ");
		bool frame = *p == '#' && is_of_system(p) && frames++ < MOST_FRAMES;
		if ((frame || strstr(p, "ERROR: AddressSanitizer") || strstr(p, "runtime error")) &&
		    strlen(kept) + strlen(p) < room)
			strcat(kept, p);
	}
}

/* Runs in the new process, which waits for `go`. */
_Noreturn static void begin(FILE *log, const sigset_t *before, const int *go)
{
	const struct rlimit cpu = {UNIT_CPU_SECONDS, UNIT_CPU_SECONDS + 1}, core = {0, 0};
	char byte;

	signal(SIGCHLD, SIG_DFL);
	sigprocmask(SIG_SETMASK, before, NULL);
	close(STOPS);
	close(go[1]);
	if (read(go[0], &byte, 1) != 1)
		_exit(0);
	close(go[0]);
	setrlimit(RLIMIT_CPU, &cpu);
	setrlimit(RLIMIT_CORE, &core);
	prctl(PR_SET_DUMPABLE, 1); /* the sanitizer reads its own process's files */
	dup2(fileno(log), STDERR_FILENO);
	if (confine() != 0)
		_exit(EXIT_HARNESS);
	serve();
}

/* The nonce with which the judge begins its next check; 0 if it has no more. */
static u64 next_check(void)
{
	struct unit_question q;

	while (next_question(&q))
		if (q.op == UNIT_BEGIN) /* others are of a check whose process is gone */
			return q.nonce;
	return 0;
}

/* Runs the next check in a process that was there before the check's nonce, so that it cannot report its own end. Returns
 * whether there was one. */
static bool run_one(void)
{
	FILE *log = tmpfile();
	sigset_t ended, before;
	struct unit_answer a = {.kind = UNIT_ENDED};
	int go[2];

	sigemptyset(&ended);
	sigaddset(&ended, SIGCHLD);
	sigprocmask(SIG_BLOCK, &ended, &before);
	pid_t child = log && pipe(go) == 0 ? fork() : -1;
	if (child == 0)
		begin(log, &before, go);
	if (child < 0) {
		perror("subject");
		exit(1);
	}
	close(go[0]);
	a.nonce = next_check();
	if (a.nonce && write(go[1], "", 1) < 0)
		exit(1);
	close(go[1]);
	a.value = wait_for(child, a.nonce);
	read_report(log, a.words, sizeof(a.words));
	fclose(log);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (a.nonce && write(ANSWERS, &a, sizeof(a)) < 0)
		exit(1);
	return a.nonce != 0;
}

/* Puts the memory that the judge sees, too, in its place. */
static void share(int memory)
{
	size_t bytes = (size_t)(__stop_unit_shared - __start_unit_shared);
	void *own = malloc(bytes + 1);

	if (bytes)
		memcpy(own, __start_unit_shared, bytes);
	if (mmap((void *)UNIT_SHARED, UNIT_END - UNIT_SHARED, PROT_READ | PROT_WRITE,
		 MAP_SHARED | MAP_FIXED, memory, 0) == MAP_FAILED) {
		perror("subject: the memory that it shares with the judge");
		exit(1);
	}
	__asan_poison_memory_region((void *)UNIT_SHARED, UNIT_END - UNIT_SHARED);
	if (!bytes)
		return;
	/* Its own variables begin with their values, and the stand-ins may use them. */
	__asan_unpoison_memory_region(__start_unit_shared, bytes);
	memcpy(__start_unit_shared, own, bytes);
}

/* Arguments: the numbers of the socket, of the file of memory, and of the socket for STOPS. */
int main(int count, char **arguments)
{
	if (count != 4)
		return 2;
	share(atoi(arguments[2]));
	int stops = fcntl(atoi(arguments[3]), F_DUPFD, ABOVE);
	if (dup2(atoi(arguments[1]), ANSWERS) < 0 || dup2(stops, STOPS) < 0) {
		perror("subject: its sockets to the judge");
		return 1;
	}
	close_range(STOPS + 1, ~0u, 0);
	/* The nonce of a check's end lies in this process's memory: the check's own may not look into it. */
	if (prctl(PR_SET_DUMPABLE, 0) != 0)
		return 1;
	signal(SIGCHLD, child_ended);
	answer(UNIT_RETURNED, 0, "", "", ""); /* it is there */
	while (run_one())
		;
	return 0;
}
