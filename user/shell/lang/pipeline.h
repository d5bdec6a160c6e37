/* A pipeline while it runs: its parts, and the bytes between them. Its files share it. */
#pragma once
#include "user/shell/input.h"
#include "user/shell/job.h"
#include "user/shell/lang/eval_parts.h"

/* Between two parts: bytes in memory, or a pipe if one of the parts is a program. */
struct link {
	struct spool spool;
	struct input input;
	cap_t writer;
	struct pump drain; /* takes the bytes for a part of the shell, until that begins to read */
};

struct part {
	struct part *next;
	const struct node *node;
	struct expanded words; /* words.fields is NULL: they are expanded when the part runs */
	struct stream *program; /* its open file; NULL: the shell runs the part */
	struct link *in, *out;  /* NULL: the pipeline's own */
	bool failed, started;
};

struct pipeline {
	struct part *first;
	struct saved *saved; /* the shell's state; NULL: there is one part */
	struct job *job;     /* NULL: there is no program */
	bool background;
	int status; /* of the last part */
};

/* Makes the records of the parts, and of all but a single one a copy of the shell's state. False, after a message: no memory. */
bool pipeline_begin(struct shell *s, struct pipeline *l, const struct node *n);
/* Expands the words of those parts that may be programs, and opens the programs. False: nothing must run. */
bool pipeline_prepare(struct shell *s, struct pipeline *l);
/* Closes the files. */
void pipeline_end(const struct pipeline *l);
bool pipeline_has_program(const struct pipeline *l);
/* Whether the name is that of a function of the shell. */
bool pipeline_is_of_shell(const char *name);

/* Makes the job and the pipes, and starts all programs. False, after a message: it did not begin. */
bool pipeline_start(struct shell *s, struct pipeline *l, const struct node *n);
/* Closes the shell's end of the pipe, so that its reader sees the end of the bytes. */
void pipeline_close(struct link *k);
/* Zeroed memory; NULL, after a message: there is none. */
void *pipeline_take(struct shell *s, size_t bytes);
