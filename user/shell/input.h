/* The input of a command: the terminal, a file, or the output of the command before it in a pipeline. */
#pragma once
#include "user/shell/spool.h"
#include "user/shell/stream.h"

enum input_kind { INPUT_TERMINAL, INPUT_FILE, INPUT_SPOOL };

struct input {
	enum input_kind kind;
	struct stream *stream;
	struct spool *spool;
};

/* Sets where input comes from; returns where it came from before. */
struct input *input_from(struct input *i);
struct input *input_source(void);
bool input_is_terminal(void);

/* Reads the next bytes of a file or a pipe; *got is 0 at the end. ERR_CANCELLED: the person has typed ^C. */
enum microk_status input_read(void *to, size_t bytes, size_t *got);

/*
 * Reads the next line, without its end and cut to `bytes` - 1; from the terminal with the editor. *more: it ended in a newline,
 * so that there may be another. ERR_NOT_FOUND: there is no line any more. ERR_CANCELLED as above.
 */
enum microk_status input_line(char *to, size_t bytes, bool *more);
