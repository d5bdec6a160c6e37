/* The shell's commands. */
#pragma once
#include "lib/microk/ipc.h"
#include "user/shell/arguments.h"

enum completes {
	COMPLETES_NOTHING,
	COMPLETES_PATHS,
	COMPLETES_COMMANDS,
	COMPLETES_COMMAND_LINE, /* a command, then as that command completes */
};

/* The result of a command, as POSIX has it for the shell (XCU 2.8.2): 0 for success. */
enum exit_status {
	EXIT_OK = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_NOT_RUNNABLE = 126,
	EXIT_NOT_FOUND = 127,
	EXIT_SIGNALLED = 128, /* and the number of the signal that ended a process */
	EXIT_INTERRUPTED = 130 /* by ^C: it stops the rest of the line, too */
};

/* Of two files of one command: the status that the command returns. */
static inline int exit_worse(int a, int b)
{
	return a > b ? a : b;
}

struct command {
	const char *name;
	const char *usage;   /* "cat FILE..." */
	const char *summary; /* one line, for the list */
	const char *details; /* more, for `help NAME`; "" if there is none */
	enum completes completes;
	bool has_namesake; /* options that it does not accept are for a program of its name, if there is one */
	struct accepted accepts; /* zeroed: neither options nor operands */
	int (*run)(const struct arguments *a); /* returns an exit status */
};

extern const struct command *const commands[];
extern const u32 command_count;

/* The command of that name; NULL if there is none. */
const struct command *command_find(const char *name);
/* The command a mistyped name most likely meant; NULL if none is near. */
const struct command *command_nearest(const char *name);

/* Runs it. words[0] is its name, words[count] NULL. For --help, and for arguments that it does not accept, it prints its usage. */
int command_run(const struct command *c, u32 count, char **words);

/* The reason of a failed request in words: `no_server` ("the log is not running") if its server has ended. */
const char *command_error(enum microk_status status, const char *no_server);

/* Prints the command's usage, after an argument that it does not accept. Returns EXIT_USAGE. */
int command_usage(const struct command *c);

/* The capability granted as `name`. Without it: prints that `command` needs it, and returns 0. */
cap_t command_grant(const char *command, const char *name);

/* The size of the terminal, as it last reported it. */
u32 command_columns(void);
u32 command_rows(void);
void command_set_size(u32 columns, u32 rows);

struct microk_info;
/* The information area. Without it: prints that `command` needs it, and returns NULL. */
const struct microk_info *command_info_area(const char *command);
