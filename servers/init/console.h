/*
 * The way of init's lines to the console, from the stage on that has one. Before, a stand-in
 * takes no line, and all stay on the serial line.
 */
#pragma once
#include "servers/init/unit.h"

/* The service that system.conf names as log is ready: it is shown all that init logged so far (the
 * kernel's log it has itself), and from now on every line. Returns at once; a thread of its own
 * does the talking. */
void console_attach(const struct unit *s);

/* It is gone: lines go to the serial line again, those first that it has not taken. */
void console_detach(void);

/* A line was added to the log: whether the console will show it. */
bool console_take(void);
