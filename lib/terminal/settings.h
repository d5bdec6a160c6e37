/* The settings of a terminal, as protocol tty has them (protocols/tty.h). */
#pragma once
#include "microk/types.h"
#include "protocols/tty.h"

struct settings {
	u32 input, output, control, local; /* TTY_* */
	u8 special[TTY_SPECIALS];
};

/* As a terminal begins: lines, echo, signals; a newline is shown as CR LF. */
struct settings settings_cooked(void);
/* tty.mode 1: every byte as it comes, and no echo. Output stays as it is: a program that writes a bare newline wants no
 * staircase. */
struct settings settings_raw(void);

/* Prepares output (OPOST): the bytes of `from` until all are taken or `to` is full. Returns how many are in `to`, and takes
 * *count to those of `from` that were taken. */
size_t settings_post(const struct settings *s, const char *from, size_t *count, char *to, size_t room);
