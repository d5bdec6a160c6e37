/* The line discipline: makes lines of the typed bytes, or passes the bytes on as they come. */
#pragma once
#include "drivers/console/ring.h"

#define LDISC_LINE_MAX 890 /* bytes of a line being edited; with its end it fits one read reply */

struct ldisc {
	bool raw;
	/* Shows bytes on the terminal. Set once. */
	void (*echo)(const char *bytes, size_t count);
	/* Called for ^C in cooked mode, after the line is dropped. Set once; may be NULL. */
	void (*interrupt)(void);
	bool after_return; /* the last byte was CR: an LF that follows belongs to it */
	u32 cut;           /* bytes that the line had no room for */
	u32 dropped;       /* bytes or lines that the ring had no room for; reported when it has */
	u32 length;
	char line[LDISC_LINE_MAX];
	struct ring ready; /* bytes that can be read, and marks where ^D was typed */
};

/* The outcome of a read that has not been delivered yet. */
struct ldisc_take {
	size_t bytes; /* copied; 0 with `ready`: end of file */
	u32 units;    /* of the ring, which ldisc_consume removes after the delivery */
	bool ready;   /* false: there is nothing yet, the reader must wait */
};

/* Takes typed bytes. Cooked: they edit the line, with echo. Raw: they become readable unchanged.
 * Bytes that do not fit are dropped: the first sounds the bell, and a message states their number when there is room again, or
 * when the line ends. */
void ldisc_type(struct ldisc *l, const char *bytes, size_t count);

/* Bytes that it takes for sure, apart from the limit of a line: a device that can wait gives no more. */
u32 ldisc_room(const struct ldisc *l);

/* Copies the bytes for a read of at most `size` bytes and leaves them in the ring: one line at most
 * in cooked mode, all bytes in raw mode. A size of 0 is ready with no bytes. */
struct ldisc_take ldisc_peek(const struct ldisc *l, char *to, size_t size);
/* Whether a read of at least one byte would not wait. */
bool ldisc_is_readable(const struct ldisc *l);
void ldisc_consume(struct ldisc *l, struct ldisc_take take);

/* Switches the mode. Entering raw mode makes a half-typed line readable. */
void ldisc_set_raw(struct ldisc *l, bool raw);

/* Whether its numbers can be right, after another instance has left them. */
bool ldisc_is_sound(const struct ldisc *l);
