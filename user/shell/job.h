/*
 * Jobs: the processes of a pipeline, in the foreground or in the background.
 *
 * Two shells that were looked at: dash's jobs.c keeps a table of jobs with the processes of each, and waits for any child in one
 * place (waitproc), which notes each end in the table; rc has no jobs, and its `wait` drops the ends of other children. Taken from
 * dash: the table, and the one place. There a signal interrupts the wait; here ^C, a pipe and an end are bits of one Notification
 * (bell.h), so no race between a look and a wait exists.
 */
#pragma once
#include "user/shell/spawn.h"

#define JOBS_MAX 16u
#define JOB_TEXT_MAX 80u
#define MEMBERS_MAX 32u /* processes of all jobs, as many as proc has */

enum job_state { JOB_RUNS, JOB_STOPPED, JOB_ENDED };

struct job {
	bool used, foreground;
	bool stopped; /* by ^Z, and not continued since */
	bool stays; /* ^Z does not stop it: the shell itself waits for its bytes */
	bool lasts; /* it has been in the background or stopped, and is listed */
	u32 number; /* as the person names it, from 1 */
	int status; /* of its last process; EXIT_* */
	u32 last;   /* number of its last process, as getpid returns it */
	u32 order;  /* the one used last has the highest */
	char text[JOB_TEXT_MAX + 1];
};

/* An empty job in the foreground. `text`: its line, which is copied. NULL, after a message: there are too many. */
struct job *job_begin(const char *text);
/* Starts a process as the last part of the job. False, after a message: it did not start. */
bool job_add(struct job *j, struct spawning *s);
/* The job goes on in the background, and gets a number. */
void job_leave(struct job *j);
/* Waits until all its processes have ended or been stopped, or if it `gives_up`, ^C was typed. Whether none runs. */
bool job_wait(const struct job *j, bool gives_up);
/* Waits in the foreground until all its processes have ended, or ^Z has stopped them; returns the status of the last. ^C, ^\ and ^Z
 * are sent to each of them. */
int job_await(struct job *j);
/* The record is free again. Its processes have ended. */
void job_forget(struct job *j);
/* After job_await: forgets the job, or, if it was stopped, reports and lists it. Whether it was stopped. */
bool job_finish(struct job *j);
/* A stopped job goes on. */
enum microk_status job_continue(struct job *j);

enum job_state job_state(const struct job *j);
/* Sends a signal to each of its processes. */
enum microk_status job_signal(struct job *j, u32 signal);
/* Sends it to the process with this number, of any job. ERR_NOT_FOUND: there is none. */
enum microk_status jobs_signal(u64 number, u32 signal);

/* The job that a word names: %2, %% and %+ the last one used, or the number of one of its processes. NULL: there is none. */
struct job *job_find(const char *word);
/* The listed job with the lowest number above `number`; NULL: there is none. */
struct job *job_after(u32 number);
/* The number of the last process in the background; 0: there was none. */
u32 job_last_background(void);

/* From now on a wait at the bell moves the bytes of the pumps, notes the ends of processes, and sends ^C on to those in the
 * foreground. */
void jobs_setup(void);
/* Reports the ends in the background since the last call, and forgets these jobs. */
void jobs_report(void);
/* One row: "[1] running: prog"; before it, the causes of ends in words. */
void job_show(const struct job *j);
