/* From the streams of the shell to those of a process. */
#pragma once
#include "user/shell/job.h"
#include "user/shell/lang/shell.h"
#include "user/shell/spool.h"

/*
 * Starts the program in the open file as the last part of the job, with the streams that input.h and output.h have now, and with
 * the exported variables. False, after a message: it did not start.
 */
bool launch(struct shell *s, struct job *j, const struct stream *program, u32 count, char **words);
/* Waits until the bytes of processes that go into this spool have all arrived, or ^C was typed. False: its store was too small. */
bool launch_collect(struct spool *to);
/* The same of the spools that output and errors go to now, so that the bytes come before those of the next command. */
void launch_collect_all(void);
/* Runs the program in the foreground; s->status is its. */
void launch_alone(struct shell *s, const struct stream *program, u32 count, char **words);
