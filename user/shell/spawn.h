/*
 * A program's start in a process of its own.
 *
 * The shell describes the process to proc (protocols/process.h), and gives it its descriptors and the directories of its own
 * namespace: each directory opened anew, so that the process's files are charged to a share of its own.
 */
#pragma once
#include "user/shell/lang/variables.h"
#include "user/shell/stream.h"

#define SPAWN_TRIES 8u /* of a request whose server dies each time */

struct spawning {
	const struct stream *file; /* the program */
	u32 count;
	char **words;
	const struct variables *variables; /* the exported ones become its environment */
	cap_t stream[3];                   /* input, output, errors; 0: closed */
};

/* Takes the processes' server from the startup page. */
void spawn_setup(void);
/* Whether this shell may make processes. */
bool spawn_is_possible(void);

/*
 * Makes the process and runs the program in it. *process holds it; `signal` is signalled when it ends. ERR_CANCELLED: the file
 * cannot be run, for the reason that was printed. After an error there is no process.
 */
enum microk_status spawn(const struct spawning *s, cap_t signal, cap_t *process);
/* Sends a signal to the process; or as the terminal does, to the job in the foreground of the session that it began. *own: whether
 * the process is of that job. */
enum microk_status spawn_signal(cap_t process, u32 signal);
enum microk_status spawn_signal_typed(cap_t process, u32 signal, bool *own);
