/* The job in the foreground of a terminal, and the events that its owner takes note of (tty.foreground, tty.signals). */
#pragma once
#include "microk/types.h"
#include "protocols/tty.h"

#define FOREGROUND_EVENTS 5 /* TTY_SIGNAL_* by their bit */

struct foreground {
	u32 group;                    /* the owner's number of the job; 0: none */
	u32 events;                   /* those that its owner is signalled for */
	u32 count[FOREGROUND_EVENTS]; /* since the terminal began */
	u32 counts; /* 1: the owner compares them, so that a signal too many does no harm; 0: by tty.interrupt */
};

/* The event has come. Returns whether the owner must be signalled, after this has been committed. */
static inline bool foreground_note(struct foreground *f, u32 event)
{
	f->count[__builtin_ctz(event)]++;
	return f->events & event;
}
