/* The line discipline: makes lines of what is typed, or passes it on as it comes. */
#pragma once
#include "drivers/console/ring.h"

#define LDISC_LINE_MAX 890 /* bytes of a line being edited; with its end it fits one read reply */

struct ldisc {
	bool raw;
	/* Shows bytes to the person typing. Set once. */
	void (*echo)(const char *bytes, size_t count);
	/* ^C in cooked mode: the line is dropped already. Set once; may be NULL. */
	void (*interrupt)(void);
	bool after_return; /* the last byte was CR: an LF that follows belongs to it */
	u32 length;
	char line[LDISC_LINE_MAX];
	struct ring ready; /* bytes that can be read, and LDISC_END marks */
};

/* What a read would bring. */
struct ldisc_take {
	size_t bytes; /* how many were copied; 0 with `ready`: end of file */
	u32 units;    /* what to give ldisc_consume once they are delivered */
	bool ready;   /* false: nothing yet, the reader has to wait */
};

/* Bytes typed. Cooked: edits the line, with echo; raw: they become readable as they are. What
 * does not fit is refused with a bell. */
void ldisc_type(struct ldisc *l, const char *bytes, size_t count);

/* Copies what a read of at most `size` bytes gets, without taking it: a line at most in cooked
 * mode, all there is in raw mode. A size of 0 is ready with no bytes. */
struct ldisc_take ldisc_peek(const struct ldisc *l, char *to, size_t size);
void ldisc_consume(struct ldisc *l, struct ldisc_take take);

/* Switches the mode; a line half typed becomes readable when going raw. */
void ldisc_set_raw(struct ldisc *l, bool raw);
