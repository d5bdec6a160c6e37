/* jobs, wait, fg and bg: the jobs in the background (POSIX XCU, jobs, wait, fg, bg). */
#include "lib/microk/print.h"
#include "protocols/process.h"
#include "user/shell/bell.h"
#include "user/shell/command.h"
#include "user/shell/foreground.h"
#include "user/shell/job.h"
#include "user/shell/output.h"

static int jobs_run(const struct arguments *a)
{
	struct job *next;

	(void)a;
	bell_poll();
	for (struct job *j = job_after(0); j; j = next) {
		next = job_after(j->number);
		job_show(j);
		if (job_state(j) == JOB_ENDED)
			job_forget(j);
	}
	return EXIT_OK;
}

static struct job *find(const char *command, const char *word)
{
	struct job *j = job_find(word);

	if (!j)
		err_row("%s: %s: there is no such job (jobs lists them)", command, word);
	return j;
}

static int wait_all(void)
{
	for (struct job *j = job_after(0); j; j = job_after(j->number))
		if (!job_wait(j, true))
			return EXIT_INTERRUPTED;
	return EXIT_OK;
}

static int wait_one(const char *word)
{
	struct job *j = find("wait", word);

	if (!j)
		return EXIT_NOT_FOUND;
	if (!job_wait(j, true))
		return EXIT_INTERRUPTED;
	if (j->stopped)
		return EXIT_SIGNALLED + PROCESS_SIGTSTP;
	int status = j->status;
	job_forget(j);
	return status;
}

static int wait_run(const struct arguments *a)
{
	enum microk_status begun = foreground_begin();
	int status = EXIT_OK;

	if (begun != OK) {
		if (begun != ERR_CANCELLED)
			err_row("wait: %s", status_text(begun));
		return begun == ERR_CANCELLED ? EXIT_INTERRUPTED : EXIT_FAILED;
	}
	if (a->count == 0)
		status = wait_all();
	for (u32 i = 0; i < a->count && status != EXIT_INTERRUPTED; i++)
		status = wait_one(a->word[i]);
	foreground_end();
	return foreground_interrupted() ? EXIT_INTERRUPTED : status;
}

static int fg_run(const struct arguments *a)
{
	struct job *j = find("fg", a->count ? a->word[0] : "%");

	if (!j)
		return EXIT_FAILED;
	enum microk_status begun = foreground_begin();
	if (begun != OK)
		return begun == ERR_CANCELLED ? EXIT_INTERRUPTED : EXIT_FAILED;
	out_row("%s", j->text);
	j->foreground = true;
	if (j->stopped)
		job_continue(j);
	int status = job_await(j);
	job_finish(j);
	foreground_end();
	return foreground_interrupted() ? EXIT_INTERRUPTED : status;
}

static int bg_run(const struct arguments *a)
{
	struct job *j = find("bg", a->count ? a->word[0] : "%");

	if (!j)
		return EXIT_FAILED;
	if (j->stopped)
		job_continue(j);
	job_show(j);
	return EXIT_OK;
}

const struct command command_jobs = {
	.name = "jobs",
	.usage = "jobs",
	.summary = "List the jobs in the background",
	.details = "A job is a program or a pipeline of programs, begun with & after it: prog &. "
		   "The end of one is reported before "
		   "the next prompt.",
	.run = jobs_run,
};

const struct command command_wait = {
	.name = "wait",
	.usage = "wait [JOB...]",
	.summary = "Wait for jobs to end",
	.details = "JOB is %2, or the number of a process; without one, it waits for all. The "
		   "status is that of the job.",
	.accepts = {"", 0, ARGUMENTS_MANY},
	.run = wait_run,
};

const struct command command_fg = {
	.name = "fg",
	.usage = "fg [JOB]",
	.summary = "Bring a job to the foreground",
	.details = "Without JOB, the last one. ^C ends it then, and ^Z stops it.",
	.accepts = {"", 0, 1},
	.run = fg_run,
};

const struct command command_bg = {
	.name = "bg",
	.usage = "bg [JOB]",
	.summary = "Let a stopped job go on in the background",
	.details = "Without JOB, the last one.",
	.accepts = {"", 0, 1},
	.run = bg_run,
};
