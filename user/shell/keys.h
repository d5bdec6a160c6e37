/* Keys from a terminal's bytes, which may come in pieces of any size. */
#pragma once
#include "microk/types.h"

enum key_code {
	/* 0..255: the byte itself. Control keys are their byte: KEY_CTRL('A') is 1. */
	KEY_UP = 256,
	KEY_DOWN,
	KEY_RIGHT,
	KEY_LEFT,
	KEY_HOME,
	KEY_END,
	KEY_DELETE,
	KEY_WORD_RIGHT,
	KEY_WORD_LEFT,
	KEY_UNKNOWN /* a complete sequence without a meaning here */
};

#define KEY_CTRL(letter) ((letter)&0x1f)
#define KEY_BACKSPACE 0x7f
#define KEY_ESCAPE 0x1b

/* Zeroed: at the start of a key. */
struct keys {
	enum { KEYS_GROUND, KEYS_ESCAPE, KEYS_CSI, KEYS_SS3 } state;
	u32 parameter[2]; /* of a CSI sequence */
	u32 count;        /* parameters begun after the first */
};

/* Takes one byte; true when it completes a key, which is then in *key. */
bool keys_feed(struct keys *k, u8 byte, u32 *key);
