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
