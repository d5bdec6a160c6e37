/* The session's output: the screen and the serial line, two terminals with a size each. */
#pragma once
#include "drivers/console/kept.h"
#include "drivers/console/render.h"

enum output_terminal {
	OUTPUT_SCREEN, /* with the keyboard */
	OUTPUT_LINE,   /* the terminal at the far end of the serial line */
};

struct output_size {
	u32 columns, rows;
};

/* Finds out whether the surface can be drawn on, and clears it. surface: the framebuffer, NULL where there is none. Returns the
 * size in characters; 1 by 1 without a screen. */
struct output_size output_screen(const struct surface *surface);

/* Starts the output, after output_screen and kept_open. serial: whether serial_init found a line. hz: TSC ticks per second. */
void output_start(bool serial, u64 hz);
bool output_has(enum output_terminal which);

/* Tenths of a second in ticks of the TSC. */
u64 output_ticks(u32 tenths);

/* Shows a program's text on both, and the echo of typed text, as the settings have it. */
void output_program(const char *bytes, size_t count);
/* Shows text on both, a newline as CR LF. It is drawn, and sent, by output_finish. */
void output_write(const char *bytes, size_t count);

/* Shows text on the screen only. */
void output_replay(const char *bytes, size_t count);

/* Shows the screen's past, that many pages back (or forward, if negative); 0: the screen as it is. */
void output_look(int pages);

/* How the keyboard must send the cursor keys (DECCKM). */
bool output_application_cursor(void);

/* After a commit: sends, as far as the line takes it, and draws the changes, if the last drawing is not too recent. */
void output_finish(void);
/* When output_finish must be called again; 0: it need not be called. */
u64 output_finish_deadline(void);

/* Takes the terminal's answers to a program (cursor reports), which the caller treats as typed. */
size_t output_answer_take(char to[TERMINAL_ANSWER_MAX]);

/* The terminal's size; 80 columns and 24 rows while it is not known. */
struct output_size output_size(enum output_terminal which);

/* The far end of the serial line; see remote.h. */
void output_ask(void);
size_t output_receive(const char *bytes, size_t count, char *typed);
size_t output_release(char *typed);
u64 output_deadline(void);
bool output_answered(void);
