/* The state of a line discipline (ldisc.h). */
#pragma once
#include "lib/terminal/ring.h"
#include "lib/terminal/settings.h"

#define LDISC_LINE_MAX 890 /* bytes of a line being edited; with its end it fits one read reply */

enum ldisc_signal { LDISC_INTERRUPT, LDISC_QUIT, LDISC_STOP, LDISC_SIGNALS };

struct ldisc {
	struct settings settings;
	/* Shows bytes on the terminal. Set once. */
	void (*echo)(const char *bytes, size_t count);
	/* Called for VINTR, VQUIT and VSUSP, after the typed text is dropped. Set once; may be NULL. */
	void (*signalled)(enum ldisc_signal signal);
	bool joins;        /* set once: CR LF is one end of line, as terminals at a serial line send it */
	bool after_return; /* the last byte was CR: an LF that follows belongs to it, if `joins` */
	bool literal;      /* VLNEXT was typed: the next byte is text */
	u32 cut;           /* bytes that the line had no room for */
	u32 dropped;       /* bytes or lines that the ring had no room for; reported when it has */
	u32 length;
	char line[LDISC_LINE_MAX];
	struct ring ready; /* bytes that can be read, and marks where VEOF was typed */
};

/* In the ring. RING_MARK alone: VEOF was typed here. With a byte: the byte ends its line (VEOL). */
#define LDISC_END RING_MARK

static inline bool ldisc_is_canonical(const struct ldisc *l)
{
	return l->settings.local & TTY_ICANON;
}
