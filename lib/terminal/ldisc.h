/*
 * The line discipline: makes lines of the typed bytes, or passes the bytes on as they come.
 *
 * MINIX has a copy of it in its terminal driver and one in that of pseudo-terminals (minix/drivers/tty); QNX keeps it in a library
 * that each character device's driver links; Redox's ptyd has one for pseudo-terminals alone. Here it is a library of files
 * without hardware, for the console and for the server of pseudo-terminals. It holds no memory of its own: the state lies where
 * its owner's does, and outlives the owner's instances.
 *
 * Behaviour: POSIX, General Terminal Interface (11.1.6 canonical mode, 11.1.7 non-canonical mode, 11.1.9 special characters).
 */
#pragma once
#include "lib/terminal/discipline.h"

/* ---- Typing (ldisc.c) ---- */

/* Takes typed bytes. In canonical mode they edit the line, with echo; without it they become
 * readable.
 * Bytes that do not fit are dropped: the first sounds the bell, and a message states their number when there is room again, or
 * when the line ends. */
void ldisc_type(struct ldisc *l, const char *bytes, size_t count);

/* Bytes that it takes for sure, apart from the limit of a line: a device that can wait gives no more. */
u32 ldisc_room(const struct ldisc *l);

/* Whether this byte would be taken now, if it is typed next. A signal is taken even if there is no room for text. */
bool ldisc_takes(const struct ldisc *l, char c);
/* The most bytes that its echo takes, each newline counted twice. */
u32 ldisc_echo_most(const struct ldisc *l, char c);
#define LDISC_ECHO_MOST (6u * LDISC_LINE_MAX + 256u) /* of any byte */

/* Drops the typed text that was not read. */
void ldisc_flush(struct ldisc *l);

/* ---- Reading (ldisc_read.c) ---- */

/* The outcome of a read that has not been delivered yet. */
struct ldisc_take {
	size_t bytes; /* copied; 0 with `ready`: end of file, or VMIN is 0 */
	u32 units;    /* of the ring, which ldisc_consume removes after the delivery */
	bool ready;   /* false: the reader must wait */
	u32 tenths;   /* not ready: it is, when these tenths of a second pass without a further byte; 0: it waits for bytes alone */
};

/* Copies the bytes for a read of at most `size` bytes and leaves them in the ring: one line at most
 * in canonical mode, else all bytes, as VMIN and VTIME have it. A size of 0 is ready with no bytes. */
struct ldisc_take ldisc_peek(const struct ldisc *l, char *to, size_t size);
/* Whether a read would return at least one byte, or the end of file, without a wait. */
bool ldisc_is_readable(const struct ldisc *l);
void ldisc_consume(struct ldisc *l, struct ldisc_take take);

/* ---- Settings (ldisc_read.c) ---- */

/* Changes the settings. The end of canonical mode makes a half-typed line readable. */
void ldisc_set(struct ldisc *l, const struct settings *settings);
/* The settings of tty.mode. */
void ldisc_set_raw(struct ldisc *l, bool raw);

/* Whether its numbers can be right, after another instance has left them. */
bool ldisc_is_sound(const struct ldisc *l);
