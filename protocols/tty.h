/*
 * The numbers of protocol tty, for servers and clients alike: POSIX, General Terminal Interface (11.2), with the values of Linux'
 * termios for x86, so that a C library passes its own on. A flag that is not listed here is kept as it was set, and has no effect.
 */
#pragma once

/* `when` of tty.set_settings: at once; at once, too, since no output waits in a terminal for settings; after typed text that was
 * not read is dropped. */
#define TTY_NOW 0u
#define TTY_DRAIN 1u
#define TTY_FLUSH 2u

/* `queues` of tty.flush: typed text that was not read, output that was not taken. */
#define TTY_FLUSH_INPUT 0x1u
#define TTY_FLUSH_OUTPUT 0x2u

/* `input`. */
#define TTY_ISTRIP 0x0020u
#define TTY_INLCR 0x0040u
#define TTY_IGNCR 0x0080u
#define TTY_ICRNL 0x0100u
#define TTY_IUTF8 0x4000u /* always as if set: an erase takes a whole character */

/* `output`. */
#define TTY_OPOST 0x1u
#define TTY_ONLCR 0x4u
#define TTY_OCRNL 0x8u

/* `control`: recorded. */
#define TTY_B38400 0x000fu
#define TTY_CS8 0x0030u
#define TTY_CREAD 0x0080u

/* `local`. */
#define TTY_ISIG 0x0001u
#define TTY_ICANON 0x0002u
#define TTY_ECHO 0x0008u
#define TTY_ECHOE 0x0010u
#define TTY_ECHOK 0x0020u
#define TTY_ECHONL 0x0040u
#define TTY_NOFLSH 0x0080u
#define TTY_ECHOCTL 0x0200u
#define TTY_ECHOKE 0x0800u
#define TTY_IEXTEN 0x8000u

/* Places in `special`. A character of 0 is switched off (POSIX's _POSIX_VDISABLE). */
#define TTY_SPECIALS 20u
enum tty_special {
	TTY_VINTR = 0,
	TTY_VQUIT = 1,
	TTY_VERASE = 2,
	TTY_VKILL = 3,
	TTY_VEOF = 4,
	TTY_VTIME = 5, /* tenths of a second */
	TTY_VMIN = 6,  /* bytes */
	TTY_VSUSP = 10,
	TTY_VEOL = 11,
	TTY_VREPRINT = 12,
	TTY_VWERASE = 14,
	TTY_VLNEXT = 15,
	TTY_VEOL2 = 16
};

/* `events` of tty.foreground. */
#define TTY_SIGNAL_INTERRUPT 0x1u /* VINTR was typed */
#define TTY_SIGNAL_QUIT 0x2u      /* VQUIT */
#define TTY_SIGNAL_STOP 0x4u      /* VSUSP */
#define TTY_SIGNAL_HANGUP 0x8u    /* a pseudo-terminal's master has gone */
#define TTY_SIGNAL_RESIZE 0x10u   /* the size has changed */
#define TTY_SIGNALS_ALL 0x1fu
