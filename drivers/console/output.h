/* Where the terminal's output goes: the screen and the serial line. */
#pragma once
#include "drivers/console/render.h"

struct output_size {
	u32 columns, rows;
};

/* Starts the output. surface: the framebuffer, NULL where there is none. serial: whether
 * serial_init found a line. False if the surface cannot be drawn on; then there is no screen either. */
bool output_init(const struct surface *surface, bool serial);

/* Shows text on both, a newline as CR LF. Nothing is drawn before output_update. */
void output_write(const char *bytes, size_t count);

/* Shows text on the screen only. */
void output_replay(const char *bytes, size_t count);

/* Draws what changed. */
void output_update(void);

/* What the terminal says to the program (cursor reports): to be taken as typed. */
size_t output_answer_take(char to[TERMINAL_ANSWER_MAX]);

struct output_size output_size(void);
