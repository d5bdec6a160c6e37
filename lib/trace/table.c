/*
 * Pairs calls with answers. An answer names the thread that waited for it, and a thread waits for
 * one answer at a time. So the next event that answers the thread ends its call, unless the thread
 * calls again before: then the call failed without an answer (its server died, its time was up).
 *
 * Weighed: strace shows one process's calls as they return; seL4's trace is a buffer of kernel
 * entries. Here the whole system is one list in the order of sending, and a server's own calls for
 * a caller are indented below that caller's request.
 */
#include "lib/trace/table.h"
#include "lib/microk/print.h"

void trace_copy(const struct trace *ring, u64 from, struct trace_window *w)
{
	u64 end = ring->written;
	u64 first = end - from > TRACE_ENTRIES ? end - TRACE_ENTRIES : from;

	w->count = (u32)(end - first);
	w->missed = first - from;
	for (u32 i = 0; i < w->count; i++) {
		w->entry[i] = ring->entries[(first + i) % TRACE_ENTRIES];
		printable(w->entry[i].name, sizeof(w->entry[i].name));
	}
}

static u32 find_answer(const struct trace_window *w, u32 call)
{
	u64 caller = w->entry[call].thread;

	for (u32 i = call + 1; i < w->count; i++) {
		const struct trace_entry *e = &w->entry[i];
		if (e->kind == TRACE_REPLY && e->object == caller)
			return i;
		if (e->kind == TRACE_CALL && e->thread == caller)
			break;
	}
	return w->count;
}

/* The depth of row `at`: one more than that of the latest call that its sender still had to answer. */
static u32 find_depth(const struct trace_window *w, const struct trace_row *rows, u32 at)
{
	const struct trace_row *r = &rows[at];

	for (u32 i = at; i-- > 0;) {
		const struct trace_row *above = &rows[i];
		if (above->answer < w->count && above->answer > r->entry &&
		    w->entry[above->answer].thread == w->entry[r->entry].thread)
			return above->depth + 1;
	}
	return 0;
}

u32 trace_rows(const struct trace_window *w, struct trace_row *rows)
{
	u32 count = 0;

	for (u32 i = 0; i < w->count; i++) {
		u32 kind = w->entry[i].kind;
		if (kind != TRACE_CALL && kind != TRACE_SEND)
			continue;
		rows[count] = (struct trace_row){
			.entry = i, .answer = kind == TRACE_CALL ? find_answer(w, i) : w->count};
		rows[count].depth = find_depth(w, rows, count);
		count++;
	}
	return count;
}
