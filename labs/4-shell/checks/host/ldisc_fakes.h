/* A terminal: its line discipline, and its screen as the bytes that were sent to it. */
#pragma once
#include "lib/terminal/ldisc.h"

#define RING_UNITS 1024u

extern struct ldisc terminal;
extern u8 ring_bytes[RING_UNITS], ring_marks[RING_UNITS / 8];
extern char screen[8192];
extern u32 shown; /* bytes on it */
extern struct ldisc_take taken;
extern char got[2048];

void begin_terminal(u32 units);
void keys(const char *bytes, u64 count);
/* A read of `size` bytes, which consumes them. */
void read_bytes(u64 size);
/* Puts filler into the ring. */
void fill(u32 units);
void empty_ring(void);
