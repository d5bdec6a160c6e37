/*
 * The terminal while processes use it: it is cooked then, so that the console edits their lines, and ^C comes as a signal. At
 * all other times the shell has it raw.
 */
#pragma once
#include "lib/microk/ipc.h"

/* `typed` reports whether the person typed ^C before the terminal was given away. */
void foreground_setup(cap_t console, bool (*typed)(void));
cap_t foreground_terminal(void);

/* Gives the terminal to processes; may be called again before foreground_end. ERR_CANCELLED: the person has typed ^C already.
 * Errors of bell_cap. After an error it is not given, and foreground_end must not be called. */
enum microk_status foreground_begin(void);
void foreground_end(void);
/* Whether processes have it. */
bool foreground_is_given(void);

/* Whether ^C was typed while it was given. It ends the line, and holds until that has ended: a ^C that finds no process any more
 * must not be lost between two of them. */
bool foreground_interrupted(void);
/* The signal that the person has typed for the job since the last call: PROCESS_SIGINT for ^C, 3 (SIGQUIT) for ^\,
 * PROCESS_SIGTSTP for ^Z; 0: none. */
u32 foreground_signal(void);
/* Another line begins. */
void foreground_forget(void);
