/* The shell's output and its messages of errors: collected, and sent a message at a time. */
#pragma once
#include "lib/microk/ipc.h"

struct sink;

/* Sends all output to this file (the terminal) from now on. */
void output_setup(cap_t file);

/* Set the sink that output, or messages of errors, go to from now on; return the one before. */
struct sink *output_to(struct sink *s);
struct sink *output_errors_to(struct sink *s);
/* Sends output to the terminal; returns the sink before. */
struct sink *output_to_terminal(void);
struct sink *output_sink(void);
struct sink *output_error_sink(void);

void out_bytes(const char *data, size_t bytes);
void out_text(const char *text);
void out(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The byte that shows one of a name, so that no name commands the terminal: "?" for a control byte, and the second byte of a
 * control character U+0080 to U+009F in UTF-8 becomes that of U+00BF, since a terminal may take U+009B as ESC [ (ECMA-48).
 * `before`: the byte before it, or 0. */
static inline char out_safe(char before, char c)
{
	if ((u8)before == 0xc2 && (u8)c >= 0x80 && (u8)c < 0xa0)
		return (char)0xbf;
	return (u8)c < ' ' || c == 0x7f ? '?' : c;
}
/* A name of a file, or a word of the line; and one row of text with such names in it, to which its newline is added. */
void out_name(const char *name);
void out_row(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The same row as a message of an error. It begins a line of its own. */
void err_row(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Sends the collected output. Must be called before the shell waits for anything. */
void out_flush(void);

/* Whether the last byte shown ended a line. */
bool out_at_line_start(void);

/* The text of the terminal's row that the cursor is in; "": the row is empty, or its text is not known. */
const char *out_open_line(void);

/* Whether the output takes no more bytes: its disk or its pipe is full. A command with much output ends then. */
bool out_failed(void);
/* The same of a pipe alone, which ends its writer, as the signal SIGPIPE would. */
bool out_pipe_failed(void);
/* Whether the output goes to the terminal, which a command may move the cursor of. */
bool out_is_terminal(void);
