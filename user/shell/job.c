#include "user/shell/job.h"
#include "gen/protocols/process_client.h"
#include "lib/microk/print.h"
#include "lib/microk/slots.h"
#include "lib/microk/string.h"
#include "protocols/process.h"
#include "user/shell/bell.h"
#include "user/shell/command.h"
#include "user/shell/foreground.h"
#include "user/shell/output.h"
#include "user/shell/pump.h"

_Static_assert(BELL_PROCESS + MEMBERS_MAX <= BELL_BITS, "a bit for each process");

#define SIGPIPE 13u

struct member {
	struct job *job; /* NULL: this record is free */
	cap_t process;   /* 0: it has ended */
	u32 number, order;
	bool is_last; /* of its job: its status is the job's */
	u32 how, code;
	char name[33], cause[PROCESS_WAIT_CAUSE_MAX + 1];
};

static struct job jobs[JOBS_MAX];
static struct member members[MEMBERS_MAX];
static u32 orders, last_background;

/* The next process of the job; the first after NULL. */
static struct member *next_member(const struct job *j, struct member *after)
{
	for (struct member *m = after ? after + 1 : members; m < members + MEMBERS_MAX; m++)
		if (m->job == j)
			return m;
	return NULL;
}

/* ---- Beginning ---- */

/* A record, if need be that of a job whose end is known for the longest time. */
static struct job *find_record(void)
{
	struct job *oldest = NULL;

	bell_poll();
	for (struct job *j = jobs; j < jobs + JOBS_MAX; j++) {
		if (!j->used)
			return j;
		if (!j->foreground && job_state(j) == JOB_ENDED &&
		    (!oldest || j->order < oldest->order))
			oldest = j;
	}
	if (oldest)
		job_forget(oldest);
	return oldest;
}

struct job *job_begin(const char *text)
{
	struct job *j = find_record();

	if (!j) {
		err_row("shell: there are %u jobs already; wait for one, or end one by kill",
			JOBS_MAX);
		return NULL;
	}
	*j = (struct job){.used = true, .foreground = true, .order = ++orders};
	string_copy(j->text, sizeof(j->text), text);
	return j;
}

static struct member *find_member(void)
{
	static u32 last; /* in turns: a late signal of an earlier process means none of this one */

	for (u32 i = 1; i <= MEMBERS_MAX; i++) {
		struct member *m = &members[(last + i) % MEMBERS_MAX];
		if (m->job)
			continue;
		last = (u32)(m - members);
		return m;
	}
	return NULL;
}

static void note_name(struct member *m, const char *word)
{
	const char *slash = strrchr(word, '/');

	string_copy(m->name, sizeof(m->name), slash ? slash + 1 : word);
}

bool job_add(struct job *j, struct spawning *s)
{
	struct process_usage_result usage = {0};
	struct member *m = find_member();
	cap_t signal, process;
	enum microk_status status =
		m ? bell_cap(BELL_PROCESS + (u32)(m - members), &signal) : ERR_LIMIT;

	if (status == OK)
		status = spawn(s, signal, &process);
	if (status != OK) {
		if (status != ERR_CANCELLED)
			err_row("%s: cannot be started: %s", s->words[0],
				command_error(status, "proc is not running"));
		return false;
	}
	for (struct member *b = next_member(j, NULL); b; b = next_member(j, b))
		b->is_last = false;
	process_usage(process, &usage);
	*m = (struct member){
		.job = j,
		.process = process,
		.number = usage.number,
		.order = ++orders,
		.is_last = true};
	note_name(m, s->words[0]);
	j->last = m->number;
	/* A ^C that came before there was a process to signal. */
	if (j->foreground && foreground_interrupted())
		spawn_signal(process, PROCESS_SIGINT);
	return true;
}

void job_leave(struct job *j)
{
	u32 number = 1;

	for (const struct job *other; (other = job_after(number - 1)) && other->number == number;)
		number++;
	j->foreground = false;
	j->order = ++orders;
	if (!j->lasts)
		j->number = number;
	j->lasts = true;
	if (!j->stopped)
		last_background = j->last;
}

void job_forget(struct job *j)
{
	for (struct member *m = next_member(j, NULL); m; m = next_member(j, m)) {
		if (m->process)
			slot_drop(m->process);
		m->job = NULL;
	}
	j->used = false;
}

/* ---- Its end ---- */

/* The status of POSIX's shell (XCU 2.8.2). */
static int status_of(const struct member *m)
{
	if (m->how == PROCESS_RUNNING)
		return EXIT_NOT_RUNNABLE; /* the end is unknown */
	return m->how == PROCESS_EXITED ? (int)m->code : EXIT_SIGNALLED + (int)m->code;
}

/* The signal and its cause in words; not of ^C, which the person knows of, nor of a pipe that no process reads any more. */
static void show_end(const struct member *m)
{
	if (m->how == PROCESS_RUNNING)
		err_row("%s: its end is unknown: %s", m->name, m->cause);
	else if (m->how == PROCESS_SIGNALLED && m->cause[0])
		err_row("%s: ended by signal %u: %s", m->name, m->code, m->cause);
	else if (m->how == PROCESS_SIGNALLED && m->code != PROCESS_SIGINT && m->code != SIGPIPE)
		err_row("%s: ended by signal %u", m->name, m->code);
}

static void note_end(struct member *m)
{
	struct process_wait_result result = {0};
	enum microk_status status;
	u32 tries = 0;

	while ((status = process_wait(m->process, &result)) == ERR_PEER_DIED &&
	       ++tries < SPAWN_TRIES)
		;
	slot_drop(m->process);
	m->process = 0;
	m->how = status == OK ? result.how : (u32)PROCESS_RUNNING;
	m->code = result.code;
	string_copy(m->cause, sizeof(m->cause),
		    status == OK ? result.cause : command_error(status, "proc is not running"));
	if (m->is_last)
		m->job->status = status_of(m);
	if (m->job->foreground)
		show_end(m);
}

enum job_state job_state(const struct job *j)
{
	for (struct member *m = next_member(j, NULL); m; m = next_member(j, m))
		if (m->process)
			return j->stopped ? JOB_STOPPED : JOB_RUNS;
	return JOB_ENDED;
}

/* A process goes on by SIGCONT, to its end by SIGKILL. */
static void note_signal(struct job *j, u32 signal)
{
	if (signal == PROCESS_SIGKILL || signal == PROCESS_SIGCONT)
		j->stopped = false;
}

enum microk_status job_signal(struct job *j, u32 signal)
{
	enum microk_status status = OK;

	note_signal(j, signal);
	for (struct member *m = next_member(j, NULL); m; m = next_member(j, m)) {
		enum microk_status sent = m->process ? spawn_signal(m->process, signal) : OK;
		status = status == OK ? sent : status;
	}
	return status;
}

enum microk_status jobs_signal(u64 number, u32 signal)
{
	for (struct member *m = members; m < members + MEMBERS_MAX; m++)
		if (m->job && m->number == number) {
			note_signal(m->job, signal);
			return m->process ? spawn_signal(m->process, signal) : OK;
		}
	return ERR_NOT_FOUND;
}

/* ---- Waiting ---- */

/* To the jobs in the foreground. */
static void send_typed(u32 signal)
{
	for (struct job *j = jobs; j < jobs + JOBS_MAX && signal; j++) {
		bool stops = signal == PROCESS_SIGTSTP;
		if (!j->used || !j->foreground || (stops && j->stays))
			continue;
		for (struct member *m = next_member(j, NULL); m; m = next_member(j, m)) {
			bool own = false;
			if (m->process)
				spawn_signal_typed(m->process, signal, &own);
			j->stopped |= stops && own; /* a shell goes on when its job stops */
		}
	}
}

static void take(u64 bits)
{
	for (u32 i = 0; i < MEMBERS_MAX; i++)
		if (bits >> (BELL_PROCESS + i) & 1 && members[i].job && members[i].process)
			note_end(&members[i]);
	if (bits >> BELL_PIPE & 1)
		pumps_move();
	if (bits >> BELL_TYPED & 1 && foreground_is_given())
		send_typed(foreground_signal());
}

void jobs_setup(void)
{
	bell_serve(pumps_watch, take);
}

bool job_wait(const struct job *j, bool gives_up)
{
	out_flush();
	while (job_state(j) == JOB_RUNS && !(gives_up && foreground_interrupted())) {
		bell_wait();
		out_flush(); /* it may wait, too, so the job is looked at after it */
	}
	return job_state(j) != JOB_RUNS;
}

int job_await(struct job *j)
{
	job_wait(j, false);
	return j->stopped ? EXIT_SIGNALLED + PROCESS_SIGTSTP : j->status;
}

bool job_finish(struct job *j)
{
	bool stopped = job_state(j) == JOB_STOPPED;

	if (stopped) {
		job_leave(j);
		job_show(j);
	} else {
		job_forget(j);
	}
	return stopped;
}

enum microk_status job_continue(struct job *j)
{
	return job_signal(j, PROCESS_SIGCONT);
}

/* ---- The list ---- */

struct job *job_after(u32 number)
{
	struct job *next = NULL;

	for (struct job *j = jobs; j < jobs + JOBS_MAX; j++)
		if (j->used && j->lasts && j->number > number &&
		    (!next || j->number < next->number))
			next = j;
	return next;
}

static struct job *newest(void)
{
	struct job *found = NULL;

	for (struct job *j = job_after(0); j; j = job_after(j->number))
		if (!found || j->order > found->order)
			found = j;
	return found;
}

static bool has_process(const struct job *j, u64 number)
{
	for (struct member *m = next_member(j, NULL); m; m = next_member(j, m))
		if (m->number == number)
			return true;
	return false;
}

struct job *job_find(const char *word)
{
	bool listed = word[0] == '%';
	u64 number;

	if (listed && (!word[1] || strcmp(word, "%%") == 0 || strcmp(word, "%+") == 0))
		return newest();
	if (!string_number(word + listed, &number))
		return NULL;
	for (struct job *j = job_after(0); j; j = job_after(j->number))
		if (listed ? j->number == number : has_process(j, number))
			return j;
	return NULL;
}

u32 job_last_background(void)
{
	return last_background;
}

static const char *state_text(const struct job *j, char room[40])
{
	if (job_state(j) != JOB_ENDED)
		return job_state(j) == JOB_RUNS ? "running" : "stopped";
	if (j->status == EXIT_OK)
		return "done";
	if (j->status > EXIT_SIGNALLED)
		format(room, 40, "ended by signal %d", j->status - EXIT_SIGNALLED);
	else
		format(room, 40, "exit status %d", j->status);
	return room;
}

void job_show(const struct job *j)
{
	char room[40];

	for (struct member *m = next_member(j, NULL); m; m = next_member(j, m))
		if (!m->process && m->cause[0])
			show_end(m);
	out_row("[%u] %s: %s", j->number, state_text(j, room), j->text);
}

void jobs_report(void)
{
	struct job *next;

	bell_poll();
	for (struct job *j = job_after(0); j; j = next) {
		next = job_after(j->number);
		if (j->foreground || job_state(j) != JOB_ENDED)
			continue;
		job_show(j);
		job_forget(j);
	}
}
