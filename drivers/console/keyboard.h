/* A PC keyboard without hardware: scan codes in, the bytes a terminal would send out. */
#pragma once
#include "microk/types.h"

#define KEYBOARD_BYTES_MAX 16 /* for one key */

struct keyboard {
	u8 modifiers; /* keys held down: KEY_* of keyboard.c */
	bool caps_lock, num_lock;
	bool extended; /* the last byte was the prefix E0 */
	u8 skip;       /* bytes still to come of an ignored sequence (Pause: E1 …) */
};

void keyboard_init(struct keyboard *k);

/* Takes one byte of scan code set 1. Writes the bytes that the key sends to `to`; returns their number. */
size_t keyboard_scan(struct keyboard *k, u8 code, char to[KEYBOARD_BYTES_MAX]);
