/* Processes, as /proc and init tell of them. */
#pragma once
#include "lib/microk/ipc.h"

struct process {
	u32 id, priority;
	u64 milliseconds, calls, memory_kib, used_kib;
	char name[32], state[16];
};

/* Reads /proc/ID/status. */
enum microk_status process_read(u32 id, struct process *out);

/* Takes one line of a status file ("Name: vfs") into account. Pure. */
void process_line(struct process *p, const char *line);

/* The process whose id or name `word` is: the first, where several have the name. Asked of init, so that it
 * is found without a file system too. ERR_NOT_FOUND if there is none. */
enum microk_status process_find(cap_t init, const char *word, u32 *id);
