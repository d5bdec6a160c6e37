/* The system below the session, replaced: Reply objects are numbers, the dispatchers hand their table of handlers over, and the
 * serial line is a buffer. With the actions of its clients. */
#pragma once
#include "check.h"
#include "drivers/console/output.h"
#include "drivers/console/readers.h"
#include "drivers/console/requests.h"
#include "drivers/console/kept.h"
#include "drivers/console/serial.h"
#include "drivers/console/session.h"
#include "drivers/console/watch_slots.h"
#include "drivers/console/watchers.h"
#include "drivers/console/written.h"
#include "gen/protocols/tty_server.h"
#include "gen/protocols/file_server.h"
#include "lib/microk/stub.h"
#include "microk/info.h"
#include "protocols/file.h"
#include "surface.h"
#include <setjmp.h>
#include <stdlib.h>

/* ---- the system below ---- */

static const struct file_ops *file;
static const struct tty_ops *tty;
static struct server *server;
static jmp_buf running;
static char line[65536]; /* the bytes sent on the serial line */
static size_t line_bytes;

#define REPLIES 64
static struct {
	bool holds, dead, left,
		answered; /* a caller; it has died; it waits no more; it was answered */
	enum microk_status status;
	char data[FILE_READ_DATA_MAX];
	size_t bytes;
} reply[REPLIES];
static cap_t held_last;  /* the one that took a caller last */
static bool next_leaves; /* the next caller waits no more when it is answered */
static cap_t replies_made, replies_limit = REPLIES - 1;

void file_dispatch(const struct file_ops *ops, struct request *r)
{
	(void)r;
	file = ops;
}

void tty_dispatch(const struct tty_ops *ops, struct request *r)
{
	(void)r;
	tty = ops;
}

_Noreturn void server_run(struct server *s)
{
	server = s;
	longjmp(running, 1);
}

static size_t line_takes = SIZE_MAX; /* before it stands still */

size_t serial_send(const char *bytes, size_t count, u32 *sent)
{
	count = MIN(count, line_takes);
	line_takes -= line_takes == SIZE_MAX ? 0 : count;
	*sent += (u32)count;
	if (line_bytes + count <= sizeof(line)) {
		memcpy(line + line_bytes, bytes, count);
		line_bytes += count;
	}
	return count;
}

cap_t reply_slot_alloc(void)
{
	return replies_made < replies_limit ? ++replies_made : 0;
}

enum microk_status request_defer(struct request *r, cap_t slot)
{
	if (!r->is_call)
		return ERR_NO_REPLY;
	if (reply[slot].holds && !reply[slot].left)
		return ERR_STATE;
	memset(&reply[slot], 0, sizeof(reply[slot]));
	reply[slot].holds = true;
	reply[slot].left = next_leaves;
	next_leaves = false;
	held_last = slot;
	r->deferred = true;
	return OK;
}

enum microk_status file_read_reply(cap_t slot, enum microk_status status,
				   const struct file_read_result *result)
{
	size_t bytes = result ? result->data_length : 0;

	CHECK(reply[slot].holds);
	reply[slot].holds = false;
	if (reply[slot].dead || reply[slot].left)
		return ERR_NO_REPLY;
	reply[slot].answered = true;
	reply[slot].status = status;
	reply[slot].bytes = bytes;
	if (bytes)
		memcpy(reply[slot].data, result->data, bytes);
	return OK;
}

/* A client's capability is a number from SIGNALS_FIRST on: the second is of another type, the third cannot be signalled. */
#define SIGNALS_FIRST 100
static cap_t slots[WATCHERS_MAX + 1];
static u32 signalled[8]; /* by capability */

cap_t watch_slot(u32 number)
{
	return slots[number];
}

bool watch_slot_has(u32 number)
{
	return slots[number] != 0;
}

enum microk_status watch_slot_check(cap_t signal)
{
	return signal == SIGNALS_FIRST + 1   ? ERR_TYPE
	       : signal == SIGNALS_FIRST + 2 ? ERR_RIGHTS
					     : OK;
}

void watch_slot_signal(cap_t signal)
{
	signalled[signal - SIGNALS_FIRST]++;
}

enum microk_status watch_slot_keep(u32 number, cap_t signal)
{
	CHECK(slots[number] == 0);
	slots[number] = signal;
	return OK;
}

void watch_slot_drop(u32 number)
{
	slots[number] = 0;
}

/* ---- the actions of a client ---- */

#define HZ 1000000000000000ul /* time does not depend on the host's clock here */

static struct request request_of(u64 badge)
{
	return (struct request){.badge = badge, .is_call = true, .prot = 7};
}

/* Reads as a client; the status, and the bytes if they are there at once. */
static inline enum microk_status read_as(u64 badge, u32 size, char *data, size_t *bytes)
{
	struct request r = request_of(badge);

	struct file_read_result unused;
	enum microk_status status = file->read(&r, &(struct file_read_args){.size = size}, &unused);
	*bytes = 0;
	if (status != STATUS_DEFERRED || !reply[held_last].answered)
		return status;
	*bytes = reply[held_last].bytes;
	memcpy(data, reply[held_last].data, *bytes);
	return reply[held_last].status;
}

static inline void expect_now(int at_line, u32 size, const char *want)
{
	char data[FILE_READ_DATA_MAX];
	size_t bytes;

	if (read_as(1, size, data, &bytes) != OK) {
		printf("%s:%d: the read was not answered at once\n", __FILE__, at_line);
		check_failures++;
		readers_fail(ERR_CANCELLED);
		return;
	}
	check_bytes(__FILE__, at_line, "read", data, bytes, want, strlen(want));
}
#define READ(size, want) expect_now(__LINE__, size, want)

/* A read that must wait; returns the Reply object that holds the reader. */
static inline cap_t wait_as(u64 badge, u32 size)
{
	char data[FILE_READ_DATA_MAX];
	size_t bytes;

	held_last = 0;
	CHECK(read_as(badge, size, data, &bytes) == STATUS_DEFERRED);
	CHECK(held_last != 0 && reply[held_last].holds);
	return held_last;
}

static inline void expect_answer(int at_line, cap_t slot, const char *want)
{
	if (!reply[slot].answered || reply[slot].status != OK) {
		printf("%s:%d: the waiting reader was not answered\n", __FILE__, at_line);
		check_failures++;
	}
	check_bytes(__FILE__, at_line, "answer", reply[slot].data, reply[slot].bytes, want,
		    strlen(want));
}
#define ANSWERED(slot, want) expect_answer(__LINE__, slot, want)

/* On the serial line, in pieces as the driver takes them. */
static inline void type(const char *text)
{
	for (size_t left = strlen(text); left > 0;) {
		size_t piece = left < SESSION_RECEIVE_MAX ? left : SESSION_RECEIVE_MAX;
		session_received(text, piece);
		text += piece;
		left -= piece;
	}
}

static inline void expect_size(int at_line, u32 columns, u32 rows, u32 narrowest)
{
	struct request r = request_of(1);
	struct tty_size_result got = {0};

	CHECK(tty->size(&r, &got) == OK);
	if (got.columns == columns && got.rows == rows && got.narrowest == narrowest)
		return;
	printf("%s:%d: the size is %u by %u, narrowest %u\n", __FILE__, at_line, got.columns,
	       got.rows, got.narrowest);
	check_failures++;
}
#define SIZE(columns, rows, narrowest) expect_size(__LINE__, columns, rows, narrowest)

static inline void measure(void)
{
	struct request r = request_of(1);

	CHECK(tty->measure(&r) == OK);
}

static inline void write_text(const char *text)
{
	struct request r = request_of(1);
	struct file_write_args args = {.data = text, .data_length = strlen(text)};
	struct file_write_result taken = {0};

	CHECK(file->write(&r, &args, &taken) == OK && taken.written == strlen(text));
}

static inline void set_mode(u64 badge, u32 raw, enum microk_status want)
{
	struct request r = request_of(badge);

	CHECK(tty->mode(&r, &(struct tty_mode_args){.raw = raw}) == want);
}

static struct kept_area *memory;
#define MEMORY_BYTES (sizeof(*memory) + 300000)
static struct surface surface;

static inline void resumed(void)
{
}

static const struct session_calls calls = {.dispatch = requests_dispatch, .resume = resumed};

/* An instance begins: with a screen or without. */
static inline enum kept_found start(bool has_screen)
{
	struct request r = {.label = TTY_PROTOCOL << 8 | 2};
	struct output_size size = output_screen(has_screen ? &surface : NULL);
	enum kept_found found = kept_open(memory, MEMORY_BYTES, size.columns, size.rows);

	output_start(true, HZ);
	session_start();
	if (setjmp(running) == 0)
		session_run(1, &calls);
	server->dispatch(&r);
	r.label = FILE_PROTOCOL << 8 | 1;
	server->dispatch(&r);
	return found;
}

/* The instance dies, and leaves anything in the copy that it was changing. No reader may wait: the kernel would wake it. */
static inline void die(void)
{
	CHECK(readers_waiting() == 0);
	memset(kept, 0xa5, sizeof(*kept));
	CHECK(start(true) == KEPT_TAKEN);
}

static inline enum microk_status abandon(u64 badge, u64 number, struct message *m)
{
	struct request r = request_of(badge);

	r.number = number;
	r.message = m;
	return file->abandon(&r);
}

static inline void write_as(u64 badge, u64 number, const char *text)
{
	struct request r = request_of(badge);
	struct file_write_args args = {.data_length = strlen(text), .data = text};
	struct file_write_result result;

	r.number = number;
	CHECK(file->write(&r, &args, &result) == OK && result.written == strlen(text));
}

static inline void begin(void)
{
	surface = surface_new(320, 160, 1280);
	memory = calloc(1, MEMORY_BYTES);
	CHECK(start(true) == KEPT_NEW);
}

static inline void end(void)
{
	free(memory);
	free(surface.pixels);
}
