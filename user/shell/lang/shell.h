/*
 * The state of a shell, which a subshell has a copy of: variables, parameters, options, the working directory; and the way a
 * command leaves its place (break, exit, ^C).
 */
#pragma once
#include "user/shell/command.h"
#include "user/shell/lang/arena.h"
#include "user/shell/lang/params.h"
#include "user/shell/lang/variables.h"

#define SHELL_ARENA_BYTES (256ul << 10) /* texts of scripts, trees, expanded words, copies for subshells */
#define SHELL_NAME_MAX 255u
/* Commands and expansions in each other, those of scripts and $(...) included. Each takes up to 0.8 KiB of the stack's 64; a
 * command with its paths takes 16. */
#define SHELL_DEPTH_MAX 40u

enum flow {
	FLOW_ON,
	FLOW_BREAK,
	FLOW_CONTINUE,
	FLOW_RETURN, /* ends a script that was read by "." */
	FLOW_EXIT,   /* ends the subshell, the script or the line */
	FLOW_INTERRUPTED /* ends all of them: ^C */
};

struct shell {
	struct arena arena;
	struct variables variables;
	struct params params;
	char name[SHELL_NAME_MAX + 1]; /* $0 */
	int status;                    /* $? */
	int substituted;               /* the status of the last $(...) of the command being expanded */
	enum flow flow;
	u32 levels; /* loops that FLOW_BREAK or FLOW_CONTINUE has to leave yet */
	u32 loops;  /* around the command that runs */
	u32 tested; /* conditions around it, in which -e ends nothing */
	u32 scripts; /* that run in each other */
	u32 depth;  /* of commands in each other, scripts included */
	bool exit_on_error, reject_unset, trace, keep_patterns; /* set -e -u -x -f */
};

void shell_begin(struct shell *s, void *memory, size_t bytes);

/* A copy of the state, in the arena, for the end of a subshell. NULL, after a message: there is no room. */
struct saved *shell_save(struct shell *s);
/* Brings it back; the status stays, and FLOW_EXIT ends here. */
void shell_restore(struct shell *s, const struct saved *saved);

/* Prints "NAME: ..." as an error, sets $? and returns it. */
int shell_fail(struct shell *s, int status, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Begins something that may contain others of its kind; shell_leave ends it. False, after a message: it would be too deep. */
bool shell_enter(struct shell *s);
void shell_leave(struct shell *s);

/* Sets a variable whose text has an end of its own. False, after a message: there is no room. */
bool shell_set(struct shell *s, const char *name, size_t length, const char *value);
