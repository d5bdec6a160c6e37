/* Processes: their objects, their records, and their end. */
#pragma once
#include "lib/microk/ipc.h"
#include "servers/proc/world.h"

/* In a transaction: makes a process without a program, for that client. *handle: the slot of the capability that
 * holds it. ERR_LIMIT: there are as many as there can be; ERR_MEMORY. */
enum microk_status process_make(u64 client, const struct process **out, cap_t *handle);
/* In a transaction: back to what process_make left, without the memory of a program that could not be loaded. */
enum microk_status process_empty(const struct process *p);

/* A transaction of its own: ends the process, and answers and signals all that wait for this. cause: "" or a reason in words. */
void process_end(const struct process *p, u32 how, u32 code, const char *cause);

/* No capability holds it: if it has ended, or was never started, it goes. */
void process_unheld(const struct process *p);

/* For a successor: processes that no capability holds, and the ends that none has reported. */
void process_take_over(void);

u32 process_count(void);
