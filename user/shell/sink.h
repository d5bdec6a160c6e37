/* A place that the output of a command goes to: the terminal, a file, or the next command of a pipeline. */
#pragma once
#include "lib/microk/ipc.h"
#include "protocols/file.h"
#include "user/shell/spool.h"

#define SINK_LINE_MAX 60u /* bytes of an open line that are remembered */

enum sink_kind { SINK_TERMINAL, SINK_FILE, SINK_PIPE, SINK_SPOOL };

struct sink {
	enum sink_kind kind;
	cap_t file;          /* the terminal, the file, or the pipe's end */
	struct spool *spool; /* SINK_SPOOL */
	/* The first error; the bytes after it are lost. ERR_NO_SPACE of a spool: the store is full. ERR_BROKEN of a pipe: no
	 * process reads. The terminal has none: it could be reported nowhere else. */
	enum microk_status status;
	bool sending;   /* of SINK_PIPE: it waits for room */
	bool line_open; /* the last byte did not end a line */
	size_t line_used; /* bytes of the open line; more than SINK_LINE_MAX: it is too long, or commands the terminal */
	char line[SINK_LINE_MAX + 1]; /* of SINK_TERMINAL */
	size_t used;
	char collected[FILE_DATA_MAX]; /* of all but SINK_SPOOL */
};

void sink_bytes(struct sink *s, const char *data, size_t bytes);
/* Sends the collected bytes. */
void sink_flush(struct sink *s);
