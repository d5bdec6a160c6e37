/* A letter and an accent as one character, for dead keys, and for terminals that have a single character in a cell. */
#pragma once
#include "microk/types.h"

/* `mark`: a combining character such as U+0301. 0 if no single character has the two together, or this table lacks it. */
u32 text_compose(u32 letter, u32 mark);

/* The character that shows the mark alone: U+00B4 for U+0301. 0 if there is none. */
u32 text_mark_alone(u32 mark);
