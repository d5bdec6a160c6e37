/* A program in a process of its own, in the foreground. */
#pragma once
#include "microk/types.h"

/* Takes the terminal and the processes' server from the startup page. */
void job_setup(cap_t console);

/*
 * Runs the program that words[0] names, a path or the name of a file in /bin or /boot/bin, waits for its end, and
 * reports it, unless it is an exit with status 0. ^C ends it. False: there is no such file.
 */
bool job_run(u32 count, char **words);
