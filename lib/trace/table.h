/* Rows of calls out of the trace ring's events: which answer belongs to which call. Pure. */
#pragma once
#include "microk/trace.h"

/* A window of the ring, copied out of it in order. */
struct trace_window {
	u32 count;
	u64 missed; /* entries that were overwritten before they were copied */
	struct trace_entry entry[TRACE_ENTRIES];
};

/* A call or a send, and its answer. */
struct trace_row {
	u32 entry;  /* of the call, in the window */
	u32 answer; /* entry of its answer; the window's count if there is none in it */
	u32 depth;  /* number of open calls that this one serves; 0 for the outermost */
};

/* Copies the newest TRACE_ENTRIES events written since `from` (a value of ring->written), with the names of threads
 * made printable. */
void trace_copy(const struct trace *ring, u64 from, struct trace_window *w);

/* Makes the rows, at most TRACE_ENTRIES, in the order of the calls; returns how many. */
u32 trace_rows(const struct trace_window *w, struct trace_row *rows);
