/* The input of a command: the terminal, a file, or the output of the command before it in a pipeline. */
#pragma once
#include "user/shell/pump.h"
#include "user/shell/stream.h"

enum input_kind { INPUT_TERMINAL, INPUT_FILE, INPUT_PIPE };

struct input {
	enum input_kind kind;
	struct stream *stream;
	/* INPUT_PIPE: bytes that are in memory, and after them those of a pipe (0: it has ended, or there is none). */
	struct spool *spool;
	cap_t pipe;
	/* If a process reads as well, the bytes that were in memory go through a pipe, which all readers share. */
	struct pump feeder;
	struct spool fed;
};

/* Sets where input comes from; returns where it came from before. */
struct input *input_from(struct input *i);
struct input *input_source(void);
bool input_is_terminal(void);
/* Moves bytes in memory to a pipe, for a process that reads a part of them. i->pipe is 0 if there are none. Errors of
 * pipe_of_shell. */
enum microk_status input_to_pipe(struct input *i);
/* Drops an INPUT_PIPE's bytes, and closes its pipe. */
void input_end(struct input *i);

/* Reads the next bytes of a file or a pipe; *got is 0 at the end. ERR_CANCELLED: the person has typed ^C. */
enum microk_status input_read(void *to, size_t bytes, size_t *got);

/*
 * Reads the next line, without its end and cut to `bytes` - 1; from the terminal with the editor. *more: it ended in a newline,
 * so that there may be another. ERR_NOT_FOUND: there is no line any more. ERR_CANCELLED as above.
 */
enum microk_status input_line(char *to, size_t bytes, bool *more);
