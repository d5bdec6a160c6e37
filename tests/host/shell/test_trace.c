/* Calls and answers of the trace ring, paired and nested; and its window after the ring has wrapped. */
#include "tests/host/check.h"
#include "lib/trace/table.h"
#include <stdlib.h>

enum { INIT = 1, VFS, CONSOLE, SHELL };

static struct trace_window w;
static struct trace_row rows[TRACE_ENTRIES];

static void add(u32 kind, u64 thread, u64 object)
{
	w.entry[w.count] = (struct trace_entry){
		.kind = kind, .thread = thread, .object = object, .tsc = 100 + w.count};
	w.count++;
}

static void expect(u32 at, u32 entry, u32 answer, u32 depth)
{
	const struct trace_row *r = &rows[at];

	if (r->entry != entry || r->answer != answer || r->depth != depth) {
		printf("row %u: %u answered %u depth %u, not %u answered %u depth %u\n", at,
		       r->entry, r->answer, r->depth, entry, answer, depth);
		check_failures++;
	}
}

static void test_nested(void)
{
	w.count = 0;
	add(TRACE_CALL, SHELL, 0x20); /* 0: shell asks vfs */
	add(TRACE_CALL, VFS, 0x10);   /* 1: which asks init */
	add(TRACE_REPLY, INIT, VFS);  /* 2 */
	add(TRACE_SEND, VFS, 0x30);   /* 3: and sends the console something */
	add(TRACE_CALL, VFS, 0x10);   /* 4 */
	add(TRACE_REPLY, INIT, VFS);  /* 5 */
	add(TRACE_REPLY, VFS, SHELL); /* 6 */
	add(TRACE_CALL, SHELL, 0x30); /* 7: outermost again */
	add(TRACE_REPLY, CONSOLE, SHELL);
	CHECK(trace_rows(&w, rows) == 5);
	expect(0, 0, 6, 0);
	expect(1, 1, 2, 1);
	expect(2, 3, w.count, 1);
	expect(3, 4, 5, 1);
	expect(4, 7, 8, 0);
}

/* An answer to the thread's next call is not one to the call before, which ended otherwise. */
static void test_unanswered(void)
{
	w.count = 0;
	add(TRACE_REPLY, VFS, SHELL); /* to a call before the window */
	add(TRACE_CALL, SHELL, 0x20);
	add(TRACE_CALL, SHELL, 0x20);
	add(TRACE_REPLY, CONSOLE, INIT); /* another's */
	add(TRACE_REPLY, VFS, SHELL);
	add(TRACE_CALL, SHELL, 0x20);
	CHECK(trace_rows(&w, rows) == 3);
	expect(0, 1, w.count, 0);
	expect(1, 2, 4, 0);
	expect(2, 5, w.count, 0);
}

static void test_window(void)
{
	static struct trace ring;
	struct trace_window *copy = &w;

	for (u32 i = 0; i < TRACE_ENTRIES; i++)
		ring.entries[i].tsc = i;
	ring.written = 5;
	trace_copy(&ring, 5, copy);
	CHECK(copy->count == 0 && copy->missed == 0);
	trace_copy(&ring, 2, copy);
	CHECK(copy->count == 3 && copy->missed == 0 && copy->entry[0].tsc == 2);
	ring.written = 3 * TRACE_ENTRIES + 7;
	trace_copy(&ring, 5, copy);
	CHECK(copy->count == TRACE_ENTRIES && copy->missed == 2 * TRACE_ENTRIES + 2);
	CHECK(copy->entry[0].tsc == 7 && copy->entry[TRACE_ENTRIES - 1].tsc == 6);
	/* A name is any 16 bytes that a program chose. */
	memcpy(ring.entries[7].name, "\x1b[2J\x1b[Hroot#\r\n\xff", 16);
	trace_copy(&ring, ring.written - TRACE_ENTRIES, copy);
	CHECK(memcmp(copy->entry[0].name, "?[2J?[Hroot#???", 16) == 0);
}

/* For any content of the ring: no row points outside, no answer comes before its call. */
static void test_random(unsigned seed)
{
	srand(seed);
	for (int round = 0; round < 200; round++) {
		w.count = (u32)rand() % (TRACE_ENTRIES + 1);
		for (u32 i = 0; i < w.count; i++)
			w.entry[i] = (struct trace_entry){
				.kind = (u32)rand() % 5,
				.thread = (u64)rand() % 4,
				.object = (u64)rand() % 4};
		u32 count = trace_rows(&w, rows);
		CHECK(count <= w.count);
		for (u32 i = 0; i < count; i++) {
			const struct trace_row *r = &rows[i];
			CHECK(r->entry < w.count && r->answer > r->entry && r->answer <= w.count);
			CHECK(i == 0 ? r->depth == 0 : r->entry > rows[i - 1].entry);
			CHECK(r->depth <= i);
			if (r->answer < w.count)
				CHECK(w.entry[r->answer].object == w.entry[r->entry].thread);
		}
	}
}

int main(int argc, char **argv)
{
	unsigned seed = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 1;

	printf("seed %u\n", seed);
	test_nested();
	test_unanswered();
	test_window();
	test_random(seed);
	return check_result("trace");
}
