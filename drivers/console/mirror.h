/* The terminal's output on the serial line: all of it but questions to the terminal. */
#pragma once
#include "microk/types.h"

#define MIRROR_HELD_MAX 24

struct mirror {
	void (*send)(const char *bytes, size_t count); /* set once */
	bool pass_queries; /* no screen here answers them: the terminal at the far end must */
	void (*asked)(void); /* called when a question for the cursor's place has passed; set once */
	bool in_string;    /* the bytes of a device control string are left out */
	u32 held;          /* bytes of an escape sequence whose kind is not known yet */
	char hold[MIRROR_HELD_MAX];
};

/* Sends output. Sequences may be split between calls; a sequence is sent when it is complete. */
void mirror_write(struct mirror *m, const char *bytes, size_t count);
