/*
 * Bytes that the shell moves while it waits: out of a pipe into a spool, or out of a spool and a pipe into another pipe. So
 * the shell, which is one thread, stands on both sides of a process and never waits for one of them alone.
 *
 * Weighed: a thread for each pipe that the shell is a side of (Plan 9's rc has a process there). It would need locks on the spools'
 * store and a stack each; the shell waits at one place anyway (job.h), and the pumps move there what can be moved.
 */
#pragma once
#include "lib/microk/ipc.h"
#include "user/shell/spool.h"

struct pump {
	struct pump *next;
	cap_t from; /* a pipe's end to read; 0: it has ended, or there is none */
	cap_t to;   /* a pipe's end to write to; 0: the bytes stay in the spool, or no process reads them any more */
	struct spool *spool;
	enum microk_status status; /* ERR_NO_SPACE: the spools' store was full, and the pipe was closed */
	bool fills; /* it writes to a pipe, which is closed after the last byte */
};

/* Makes a pipe; needs the grant "pipe". ERR_LIMIT: no free slot; ERR_CAP: there is no such grant. */
enum microk_status pipe_of_shell(cap_t *reader, cap_t *writer);

/* The ends are the pump's from now on. It must stay where it is until pump_end. */
void pump_begin(struct pump *p);
/* Closes its ends; the spool keeps its bytes. */
void pump_end(struct pump *p);
/* Whether nothing is left to be moved. */
bool pump_is_done(const struct pump *p);

/* Moves what all pumps can move now, without waiting. */
void pumps_move(void);
/* Lets the bell ring when one of them can go on. */
void pumps_watch(void);

/* Whether pipe_read returns at once. */
bool pipe_has(cap_t from);
/* Reads what is there, at least one byte; *got is 0 at the end. ERR_CANCELLED: the person has typed ^C. */
enum microk_status pipe_read(cap_t from, void *to, size_t bytes, size_t *got);
/* Writes all. ERR_BROKEN: no process reads any more; ERR_CANCELLED as above. Other processes of the foreground go on meanwhile. */
enum microk_status pipe_write(cap_t to, const void *data, size_t bytes);
