/* The terminal's modes, which of its two screens is shown, and resets. */
#pragma once
#include "drivers/console/terminal.h"

/* SM and RM, `set` or not, of all parameters: those of ECMA-48, or DEC's and xterm's after a question mark. */
void modes_set(struct terminal *t, const struct parser *p, bool set);

/* DECRQM's value of a mode: 0 unknown, 1 set, 2 reset, 3 set for ever, 4 reset for ever. */
u32 mode_value(const struct terminal *t, bool is_private, u32 number);

/* RIS and DECSTR. The history stays. */
void reset_hard(struct terminal *t);
void reset_soft(struct terminal *t);
