/* A program in a process of its own, in the foreground. */
#pragma once
#include "gen/protocols/file_protocol.h"
#include "lib/microk/ipc.h"
#include "protocols/dir.h"

/* Takes the terminal and the processes' server from the startup page. */
void job_setup(cap_t console);

/* The path of the file that a command's name without a slash means, in /bin or /boot/bin. False: there is none. */
bool job_find(const char *name, char path[FILE_PATH_MAX + 1]);

/*
 * Runs the program in the file at `path` with these arguments and with the streams that input.h and output.h have now, and waits
 * for its end. ^C ends it. *status: its exit status, 128 and the number of the signal that ended it, or EXIT_NOT_RUNNABLE after a
 * message. False: there is no such file, or it is not a program.
 */
bool job_run(const char *path, u32 count, char **words, int *status);
