/*
 * Programs: files that processes run. The pages of one are loaded once, into memory of their own, and all processes that run it
 * have them in common, as after a fork: pages that are only read stay so, and one that is written is copied for its
 * process first. They stay when no process runs the program any more, for the next one, until their memory is wanted.
 *
 * That memory is a process's that never runs, so its regions and its end are as all others. It is a record of the state
 * area, so a successor has the pages, too. A program is known by its content (struct program_key), which the
 * file's server states (file.execute), so a file that was changed is another program.
 *
 * While a process runs it, the file is in KEPT_RUNNING, and its server lets no client write it (ETXTBSY).
 *
 * Weighed: Linux and Mach map the file itself, and faults fetch its pages, so a process depends on the file's server for as
 * long as it runs, and on the disk. QNX shares a program's text as here, by a table of loaded programs in its process manager, and
 * copies data. Frames of the file server's cache would save the one copy, but could not leave that cache any more.
 */
#pragma once
#include "microk/error.h"
#include "servers/proc/world.h"

/* The program with that content whose pages are loaded; NULL: there is none. */
const struct program *program_find(const struct program_key *key);

/* Makes one, with memory for pages if `key` has a version and there is a place. NULL: there are as many as can run. */
const struct program *program_make(const struct program_key *key);
/* The process with its pages; NULL: there is none. */
const struct process *program_pages(const struct program *g);
/* Gives up the memory, of a program that was made and is not ready; the program; all of no use any more. */
void program_drop_pages(const struct program *g);
void program_drop(const struct program *g);

/* In a transaction: its pages are loaded. */
void program_ready(const struct program *g, const struct image *image);

/* In a transaction: addresses for its pages in a process. Then, outside of it: the pages. */
enum microk_status program_give_memory(const struct program *g, const struct process *p);
enum microk_status program_give_pages(const struct program *g, const struct process *p);

/* In a transaction: the process runs it. */
void program_run(const struct program *g, const struct process *p);
/* After that: the file is held, unless it is. False: the caller keeps it. */
bool program_hold(const struct program *g, cap_t file);
/* A process that ran the program with this number + 1 does so no more. */
void program_left(u32 number);

/* Memory was wanted, and there is none (ERR_MEMORY): gives up the pages that no process uses. True: ask for it again. */
bool programs_give_way(enum microk_status status);
/* Bytes of the pool that would come back by that. */
u64 programs_bytes(void);

void programs_take_over(void);
