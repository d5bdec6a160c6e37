/* Where the session's output goes: the screen and the serial line, two terminals with a size each. */
#pragma once
#include "drivers/console/remote.h"
#include "drivers/console/render.h"

enum output_terminal {
	OUTPUT_SCREEN, /* with the keyboard */
	OUTPUT_LINE,   /* what is at the far end of the serial line */
};

struct output_size {
	u32 columns, rows;
};

/* Starts the output. surface: the framebuffer, NULL where there is none. serial: whether
 * serial_init found a line. hz: ticks of the TSC a second. False if the surface cannot be drawn on; then there is no
 * screen either. */
bool output_init(const struct surface *surface, bool serial, u64 hz);
bool output_has(enum output_terminal which);

/* Shows text on both, a newline as CR LF. Nothing is drawn before output_update. */
void output_write(const char *bytes, size_t count);

/* Shows text on the screen only. */
void output_replay(const char *bytes, size_t count);

/* Draws what changed. */
void output_update(void);

/* What the terminal says to the program (cursor reports): to be taken as typed. */
size_t output_answer_take(char to[TERMINAL_ANSWER_MAX]);

/* The terminal's size; 80 columns and 24 rows where that is not known. */
struct output_size output_size(enum output_terminal which);

/* The far end of the serial line; see remote.h. */
void output_ask(void);
size_t output_receive(const char *bytes, size_t count, char *typed);
size_t output_release(char *typed);
u64 output_deadline(void);
bool output_answered(void);
