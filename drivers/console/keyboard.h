/* A PC keyboard without hardware: scan codes in, the bytes a terminal would send out. */
#pragma once
#include "drivers/console/layout.h"
#include "microk/types.h"

#define KEYBOARD_BYTES_MAX 16 /* for one key */

struct keyboard {
	u32 layout;   /* its number (layout_at) */
	u8 modifiers; /* keys held down: KEY_* of keyboard.c */
	bool caps_lock, num_lock;
	bool application_cursor; /* as the terminal is set (DECCKM) */
	bool extended;           /* the last byte was the prefix E0 */
	u8 skip;                 /* bytes still to come of an ignored sequence (Pause: E1 …) */
	u16 dead;                /* a dead key was pressed: its combining character; 0: none */
	/* About the last byte: */
	int pages; /* 1: Shift and Page Up, to look back; -1: Shift and Page Down */
	bool lost; /* the keyboard or its controller reports that it has dropped keys */
};

void keyboard_init(struct keyboard *k);

/* Takes one byte of scan code set 1. Writes the bytes that the key sends to `to`; returns their number. */
size_t keyboard_scan(struct keyboard *k, u8 code, char to[KEYBOARD_BYTES_MAX]);

/* The layout with this number, below layout_count, from the next key on. */
void keyboard_set_layout(struct keyboard *k, u32 layout);
