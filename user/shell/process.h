/* Processes, as /proc and init describe them. */
#pragma once
#include "lib/microk/ipc.h"

struct process {
	u32 id, priority;
	u64 milliseconds, calls, memory_kib, used_kib;
	char name[32], state[16];
};

/* Reads /proc/ID/status. */
enum microk_status process_read(u32 id, struct process *out);

/* Takes one line of a status file ("Name: vfs") over into `p`; unknown keys are skipped. Pure. */
void process_line(struct process *p, const char *line);

/* The process with the id or name `word`; the first, if several have the name. init is asked, so that it is found
 * without a file system, too. ERR_NOT_FOUND if there is none. */
enum microk_status process_find(cap_t supervisor, const char *word, u32 *id);
/* This program's own; 0: it is not known. */
u32 process_own(void);
