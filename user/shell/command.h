/* The shell's commands. */
#pragma once
#include "lib/microk/ipc.h"

enum completes {
	COMPLETES_NOTHING,
	COMPLETES_PATHS,
	COMPLETES_COMMANDS,
	COMPLETES_COMMAND_LINE, /* a command, then as that command completes */
};

struct command {
	const char *name;
	const char *usage;   /* "cat FILE..." */
	const char *summary; /* one line, for the list */
	const char *details; /* more, for `help NAME`; "" if there is none */
	enum completes completes;
	/* words[0] is the name, words[count] NULL. */
	void (*run)(u32 count, char **words);
};

extern const struct command *const commands[];
extern const u32 command_count;

/* The command of that name; NULL if there is none. */
const struct command *command_find(const char *name);
/* The command a mistyped name most likely meant; NULL if none is near. */
const struct command *command_nearest(const char *name);

/* Runs it; if it takes no words and got some, prints its usage instead. */
void command_run(const struct command *c, u32 count, char **words);

/* The reason of a failed request in words: `no_server` ("the log is not running") if its server has ended. */
const char *command_error(enum microk_status status, const char *no_server);

/* Prints the command's usage, after an argument that it does not accept. */
void command_usage(const struct command *c);

/* The capability granted as `name`. Without it: prints that `command` needs it, and returns 0. */
cap_t command_grant(const char *command, const char *name);

/* The size of the terminal, as it last reported it. */
u32 command_columns(void);
u32 command_rows(void);
void command_set_size(u32 columns, u32 rows);

struct microk_info;
/* The information area. Without it: prints that `command` needs it, and returns NULL. */
const struct microk_info *command_info_area(const char *command);
