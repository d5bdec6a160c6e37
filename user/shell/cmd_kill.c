/* kill: sends a signal to the processes of a job (POSIX XCU, kill). */
#include "lib/microk/startup.h"
#include "lib/microk/string.h"
#include "protocols/process.h"
#include "user/shell/command.h"
#include "user/shell/job.h"
#include "user/shell/output.h"
#include "user/shell/process.h"

extern const struct command command_kill;

#define SIGTERM 15u

/* By their numbers in Linux, which musl's headers have. */
static const struct {
	const char *name;
	u32 number;
} signals[] = {{"HUP", 1},   {"INT", 2},   {"QUIT", 3},  {"ILL", 4},   {"TRAP", 5},  {"ABRT", 6},
	       {"BUS", 7},   {"FPE", 8},   {"KILL", 9},  {"USR1", 10}, {"SEGV", 11}, {"USR2", 12},
	       {"PIPE", 13}, {"ALRM", 14}, {"TERM", 15}, {"CHLD", 17}, {"CONT", 18}, {"STOP", 19},
	       {"TSTP", 20}, {"TTIN", 21}, {"TTOU", 22}};

static bool find_signal(const char *word, u32 *signal)
{
	u64 number;

	if (string_number(word, &number)) {
		*signal = (u32)number;
		return number <= PROCESS_SIGNALS_MAX;
	}
	if (strncmp(word, "SIG", 3) == 0)
		word += 3;
	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		if (strcmp(signals[i].name, word) == 0) {
			*signal = signals[i].number;
			return true;
		}
	return false;
}

static int list(void)
{
	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		out("%s%s", i ? " " : "", signals[i].name);
	out("\n");
	return EXIT_OK;
}

/* A service is its supervisor's. */
static enum microk_status send(const char *word, u32 signal)
{
	struct job *j = word[0] == '%' ? job_find(word) : NULL;
	u64 number;

	if (j)
		return job_signal(j, signal);
	return word[0] != '%' && string_number(word, &number)
		       ? jobs_signal(number, signal)
		       : ERR_NOT_FOUND;
}

static int kill_one(const char *word, u32 signal)
{
	cap_t supervisor = grant_find("supervisor");
	enum microk_status status = send(word, signal);
	u32 id;

	if (status == OK)
		return EXIT_OK;
	if (status != ERR_NOT_FOUND)
		err_row("kill: %s: %s", word, command_error(status, "proc is not running"));
	else if (supervisor && word[0] != '%' && process_find(supervisor, word, &id) == OK)
		err_row("kill: %s: it is a service, and not this shell's to end", word);
	else
		err_row("kill: %s: this shell has no such job or process (jobs lists them)", word);
	return EXIT_FAILED;
}

static int kill_run(const struct arguments *a)
{
	u32 signal = SIGTERM, first = 0;
	int exit = EXIT_OK;

	if (a->count == 1 && strcmp(a->word[0], "-l") == 0)
		return list();
	if (strcmp(a->word[0], "-s") == 0 && a->count > 1)
		first = 2;
	else if (a->word[0][0] == '-')
		first = 1;
	const char *named = first == 2 ? a->word[1] : a->word[0] + 1;
	if (first > 0 && strcmp(a->word[0], "--") != 0 && !find_signal(named, &signal)) {
		err_row("kill: \"%s\" is not a signal (kill -l lists them)", named);
		return EXIT_USAGE;
	}
	if (first == a->count)
		return command_usage(&command_kill);
	for (u32 i = first; i < a->count; i++)
		exit = exit_worse(exit, kill_one(a->word[i], signal));
	return exit;
}

const struct command command_kill = {
	.name = "kill",
	.usage = "kill [-SIGNAL] JOB...",
	.summary = "Send a signal to jobs: kill -9 %1",
	.details = "JOB is %2, or the number of a process of this shell. SIGNAL is a number or a "
		   "name; without one, TERM. kill -l lists "
		   "the names.",
	.accepts = {NULL, 1, ARGUMENTS_MANY}, /* -9 has no letter */
	.run = kill_run,
};
