/* The shell's commands. */
#pragma once
#include "lib/microk/ipc.h"

enum completes {
	COMPLETES_NOTHING,
	COMPLETES_PATHS,
	COMPLETES_COMMANDS,
	COMPLETES_COMMAND_LINE, /* a command, then whatever completes that */
};

struct command {
	const char *name;
	const char *usage;   /* "cat FILE..." */
	const char *summary; /* one line, for the list */
	const char *details; /* more, for `help NAME`; "" if there is no more to say */
	enum completes completes;
	/* words[0] is the name, words[count] NULL. */
	void (*run)(u32 count, char **words);
};

extern const struct command *const commands[];
extern const u32 command_count;

/* NULL if there is none. */
const struct command *command_find(const char *name);
/* The command a mistyped name most likely meant; NULL if none is near. */
const struct command *command_nearest(const char *name);

/* Says how the command is used, for an argument it does not take. */
void command_usage(const struct command *c);

/* The capability granted under `name`; 0 after saying on whose behalf it is missed. */
cap_t command_grant(const char *command, const char *name);

/* Columns of the terminal, as asked of it before the prompt. */
u32 command_columns(void);
void command_set_columns(u32 columns);

struct microk_info;
/* The information area; NULL after saying on whose behalf it is missed. */
const struct microk_info *command_info_area(const char *command);
