/* Reading a line from the terminal, with editing, history and completion. */
#pragma once
#include "lib/microk/ipc.h"
#include "user/shell/editor.h"

/* Sets the terminal: a capability of protocols file and tty with the right control. If it cannot be used, prints the
 * reason and returns false. */
bool line_setup(cap_t console);

/*
 * Shows the prompt and reads a line; NULL if the terminal is gone and does not come back. The line stays
 * until the next call.
 */
const char *line_read(const char *prompt);

/* Whether the line read last was finished by Enter, and whether it was dropped by ^C. If neither, it was ^D, or a line too long. */
bool line_was_finished(void);
bool line_was_abandoned(void);

/* Reads a line for a command, after the text that it has written as its question. NULL: ^C, ^D, or the terminal is gone. */
const char *line_answer(void);

/* Line `n` of the history, from 0, the oldest; NULL after the newest. */
const char *line_earlier(u32 n);

/* Prints that the shell does not end, for ^D and exit. */
void line_no_end(void);

/*
 * Whether ^C was typed since the line was read; then it and the bytes before it are dropped. All others stay for the next line. A
 * command that may go on for ever asks for each piece that it handles; the terminal is asked for every sixteenth.
 */
bool line_interrupted(void);

/* The same with a question to the terminal at once, for a command that asks seldom. */
bool line_interrupted_now(void);

/* The same, at the moment at which the terminal is given to a process; ^C is shown, as the console shows it from then on. */
bool line_interrupted_before(void);

/* Has the terminal signal the Notification when something is typed; false: it cannot. */
bool line_watch(cap_t signal);

/* The next byte that was typed, without waiting for one; -1: there is none. ^C, too, if the terminal does not answer. For a command
 * that is commanded by keys. */
int line_typed(void);
