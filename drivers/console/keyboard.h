/* A PC keyboard without hardware: scan codes in, the bytes a terminal would send out. */
#pragma once
#include "microk/types.h"

#define KEYBOARD_BYTES_MAX 16 /* most bytes that one key gives */

struct keyboard {
	u8 modifiers; /* keys held down: KEY_* below */
	bool caps_lock, num_lock;
	bool extended; /* the last byte was the prefix E0 */
	u8 skip;       /* bytes still to come of a sequence to ignore (Pause: E1 …) */
};

void keyboard_init(struct keyboard *k);

/* Takes one byte of scan code set 1; writes what the key says to `to`, returns how many bytes. */
size_t keyboard_scan(struct keyboard *k, u8 code, char to[KEYBOARD_BYTES_MAX]);
