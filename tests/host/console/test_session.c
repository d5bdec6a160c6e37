/* The session: tests which reader gets the typed text. The system below it is replaced: Reply objects are
 * numbers, the dispatchers hand their table of handlers over, and the serial line is a buffer. */
#include "check.h"
#include "drivers/console/output.h"
#include "drivers/console/readers.h"
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

void serial_write(const char *bytes, size_t count)
{
	if (line_bytes + count <= sizeof(line)) {
		memcpy(line + line_bytes, bytes, count);
		line_bytes += count;
	}
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
static cap_t kept[WATCHERS_MAX + 1];
static u32 signalled[8]; /* by capability */

cap_t watch_slot(u32 number)
{
	return kept[number];
}

bool watch_slot_has(u32 number)
{
	return kept[number] != 0;
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
	CHECK(kept[number] == 0);
	kept[number] = signal;
	return OK;
}

void watch_slot_drop(u32 number)
{
	kept[number] = 0;
}

/* ---- the actions of a client ---- */

#define HZ 1000000000000000ul /* time does not depend on the host's clock here */

static struct request request_of(u64 badge)
{
	return (struct request){.badge = badge, .is_call = true, .prot = 7};
}

/* Reads as a client; the status, and the bytes if they are there at once. */
static enum microk_status read_as(u64 badge, u32 size, char *data, size_t *bytes)
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

static void expect_now(int at_line, u32 size, const char *want)
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
static cap_t wait_as(u64 badge, u32 size)
{
	char data[FILE_READ_DATA_MAX];
	size_t bytes;

	held_last = 0;
	CHECK(read_as(badge, size, data, &bytes) == STATUS_DEFERRED);
	CHECK(held_last != 0 && reply[held_last].holds);
	return held_last;
}

static void expect_answer(int at_line, cap_t slot, const char *want)
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
static void type(const char *text)
{
	for (size_t left = strlen(text); left > 0;) {
		size_t piece = left < SESSION_RECEIVE_MAX ? left : SESSION_RECEIVE_MAX;
		session_received(text, piece);
		text += piece;
		left -= piece;
	}
}

static void expect_size(int at_line, u32 columns, u32 rows, u32 narrowest)
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

static void measure(void)
{
	struct request r = request_of(1);

	CHECK(tty->measure(&r) == OK);
}

static void write_text(const char *text)
{
	struct request r = request_of(1);
	struct file_write_args args = {.data = text, .data_length = strlen(text)};
	struct file_write_result taken = {0};

	CHECK(file->write(&r, &args, &taken) == OK && taken.written == strlen(text));
}

static void set_mode(u64 badge, u32 raw, enum microk_status want)
{
	struct request r = request_of(badge);

	CHECK(tty->mode(&r, &(struct tty_mode_args){.raw = raw}) == want);
}

static void start(void)
{
	struct request r = {.label = TTY_PROTOCOL << 8 | 2};

	if (setjmp(running) == 0)
		session_run(1, NULL, NULL);
	server->dispatch(&r);
	r.label = FILE_PROTOCOL << 8 | 1;
	server->dispatch(&r);
}

/* ---- the tests ---- */

static void test_lines(void)
{
	type("early\n");
	READ(100, "early\n");
	cap_t first = wait_as(1, 100), second = wait_as(2, 100);
	type("one\ntwo\nthree\n");
	ANSWERED(first, "one\n");
	ANSWERED(second, "two\n");
	READ(100, "three\n");
	READ(0, "");
	cap_t third = wait_as(1, 2);
	READ(0, ""); /* a read of nothing does not queue */
	type("abc\n");
	ANSWERED(third, "ab");
	READ(100, "c\n");
	third = wait_as(1, 0xffffffff);
	type("\004");
	ANSWERED(third, "");
}

static void test_order(void)
{
	cap_t first = wait_as(1, 100);

	type("half");
	CHECK(!reply[first].answered);
	cap_t second = wait_as(1, 100);
	type("\nnext\n");
	ANSWERED(first, "half\n");
	ANSWERED(second, "next\n");
}

static void test_death(void)
{
	cap_t gone = wait_as(5, 100), dead = wait_as(6, 100), last = wait_as(7, 100);

	server->closed(5);
	CHECK(!reply[gone].holds);
	reply[dead].dead = true; /* died, and no ST_CLOSED came */
	type("kept\n");
	ANSWERED(last, "kept\n"); /* the text that the dead reader did not get goes to the next */
	CHECK(readers_waiting() == 0);
	server->closed(99);
}

static enum microk_status abandon(u64 badge, u64 number, struct message *m)
{
	struct request r = request_of(badge);

	r.number = number;
	r.message = m;
	return file->abandon(&r);
}

/* Clients that have given up a read: it took no byte, whether it waited or found text. */
static void test_abandoned_reads(void)
{
	struct message m;
	cap_t given_up = wait_as(5, 100), other = wait_as(6, 100);
	char data[FILE_READ_DATA_MAX];
	size_t bytes;

	CHECK(abandon(5, 0, &m) == ERR_CANCELLED);
	CHECK(!reply[given_up].holds && readers_waiting() == 1);
	type("for the other\n");
	ANSWERED(other, "for the other\n");
	type("kept\n");
	next_leaves = true;
	CHECK(read_as(5, 100, data, &bytes) == STATUS_DEFERRED);
	CHECK(abandon(5, 0, &m) == ERR_CANCELLED && readers_waiting() == 0);
	READ(100, "kept\n");
}

static void write_as(u64 badge, u64 number, const char *text)
{
	struct request r = request_of(badge);
	struct file_write_args args = {.data_length = strlen(text), .data = text};
	struct file_write_result result;

	r.number = number;
	CHECK(file->write(&r, &args, &result) == OK && result.written == strlen(text));
}

/* A write that its client has given up was finished, or never came. */
static void test_abandoned_writes(void)
{
	const u64 thread = 1ul << STUB_THREAD_SHIFT;
	struct message m;

	CHECK(abandon(5, 1, &m) == ERR_CANCELLED);
	write_as(5, 1, "four");
	write_as(5, thread | 1, "in a thread");
	write_as(6, 1, "of another");
	CHECK(abandon(5, 1, &m) == OK && m.tag == TAG(OK, 1) && m.word[0] == 4);
	CHECK(abandon(5, thread | 1, &m) == OK && m.word[0] == 11);
	CHECK(abandon(5, 2, &m) == ERR_CANCELLED);
	write_as(5, 2, "");
	CHECK(abandon(5, 1, &m) == ERR_CANCELLED && abandon(5, 2, &m) == OK && m.word[0] == 0);
	CHECK(abandon(7, 1, &m) == ERR_CANCELLED);
	for (u64 t = 2; t < 2 + WRITTEN_MAX; t++)
		write_as(7, t << STUB_THREAD_SHIFT | 1, "x");
	CHECK(abandon(5, 2, &m) == ERR_PEER_DIED); /* others have its place */
}

static void test_interrupt(void)
{
	cap_t first = wait_as(1, 100), second = wait_as(2, 100);

	type("abc\003");
	CHECK(reply[first].answered && reply[first].status == ERR_CANCELLED);
	CHECK(reply[second].answered && reply[second].status == ERR_CANCELLED);
	type("\n");
	READ(100, "\n");
}

/* A terminal's size is the number of bytes that a read returns at once. */
static void test_size(void)
{
	struct request r = request_of(1);
	struct file_stat_result there = {0};

	CHECK(file->stat(&r, &there) == OK && there.kind == KIND_TERMINAL && there.size == 0);
	type("half");
	CHECK(file->stat(&r, &there) == OK && there.size == 0);
	type(" a line\nanother\n");
	CHECK(file->stat(&r, &there) == OK && there.size == 12);
	READ(100, "half a line\n");
	CHECK(file->stat(&r, &there) == OK && there.size == 8);
	READ(100, "another\n");
	CHECK(file->stat(&r, &there) == OK && there.size == 0);
}

static enum microk_status watch_as(u64 badge, u32 prot, u32 events, u32 number)
{
	struct request r = request_of(badge);

	r.prot = (u8)prot;
	return file->watch(
		&r, &(struct file_watch_args){.events = events, .signal = SIGNALS_FIRST + number});
}

static void test_watch(void)
{
	const u32 both = EVENT_READABLE | EVENT_WRITABLE;

	CHECK(watch_as(1, 3, 4, 0) == ERR_ARG);
	CHECK(watch_as(1, 2, EVENT_READABLE, 0) == ERR_RIGHTS);
	CHECK(watch_as(1, 1, both, 0) == ERR_RIGHTS);
	CHECK(watch_as(1, 3, both, 1) == ERR_TYPE && watch_as(1, 3, both, 2) == ERR_RIGHTS);
	CHECK(watch_as(WATCHERS_MAX, 3, both, 0) == ERR_NO_SPACE);
	/* It can always be written. */
	CHECK(watch_as(3, 3, both, 3) == OK && signalled[3] == 1);
	CHECK(watch_as(4, 1, EVENT_READABLE, 4) == OK && signalled[4] == 0);
	/* When a line is typed, and not before; once, as long as it is not read. */
	type("half");
	CHECK(signalled[3] == 1 && signalled[4] == 0);
	type(" a line\n");
	CHECK(signalled[3] == 2 && signalled[4] == 1);
	type("another\n");
	CHECK(signalled[3] == 2 && signalled[4] == 1);
	CHECK(watch_as(5, 1, EVENT_READABLE, 5) == OK && signalled[5] == 1); /* it holds now */
	READ(100, "half a line\n");
	READ(100, "another\n");
	type("more\n");
	CHECK(signalled[3] == 3 && signalled[4] == 2 && signalled[5] == 2);
	READ(100, "more\n");
	/* Of a line that goes to a reader nothing is left. */
	cap_t reader = wait_as(1, 100);
	type("taken\n");
	ANSWERED(reader, "taken\n");
	CHECK(signalled[3] == 3 && signalled[4] == 2);
	/* It ends by 0 events, and with its client. */
	CHECK(watch_as(3, 3, 0, 0) == OK);
	server->closed(4);
	type("last\n");
	CHECK(signalled[3] == 3 && signalled[4] == 2 && signalled[5] == 3);
	READ(100, "last\n");
	watchers_take_over();
	CHECK(signalled[3] == 3 && signalled[4] == 2 && signalled[5] == 4);
	server->closed(5);
}

/* ^C in cooked mode signals the owner of the foreground job alone. */
static void test_interrupt_signals(void)
{
	struct request r = request_of(1);

	CHECK(tty->interrupt(&r, &(struct tty_interrupt_args){SIGNALS_FIRST + 1}) == ERR_TYPE);
	CHECK(tty->interrupt(&r, &(struct tty_interrupt_args){SIGNALS_FIRST + 2}) == ERR_RIGHTS);
	CHECK(tty->interrupt(&r, &(struct tty_interrupt_args){SIGNALS_FIRST + 6}) == OK);
	type("text\3");
	CHECK(signalled[6] == 1);
	watchers_take_over();
	CHECK(signalled[6] == 1); /* not by a successor */
	CHECK(tty->interrupt(&r, &(struct tty_interrupt_args){SIGNALS_FIRST + 7}) == OK);
	type("\3");
	CHECK(signalled[6] == 1 && signalled[7] == 1);
}

static void test_limits(void)
{
	char data[FILE_READ_DATA_MAX];
	size_t bytes;
	struct request sent = request_of(1);

	sent.is_call = false; /* a read that was sent, not called: there is no caller to answer */
	struct file_read_result none;
	CHECK(file->read(&sent, &(struct file_read_args){.size = 10}, &none) == ERR_NO_REPLY);
	for (u32 i = 0; i < READERS_MAX; i++)
		wait_as(1, 100);
	CHECK(read_as(1, 100, data, &bytes) == ERR_NO_SPACE);
	readers_fail(ERR_CANCELLED);
	CHECK(replies_made <= READERS_MAX);
	for (u32 i = 0; i < 1000; i++) {
		cap_t slot = wait_as(1, 100);
		type("x\n");
		ANSWERED(slot, "x\n");
	}
	CHECK(replies_made <= READERS_MAX); /* Reply objects are used again */
}

/* Readers with deadlines: readers that gave up do not take the places of others. */
static void test_given_up(void)
{
	cap_t kept[2];

	for (u32 i = 0; i < 100; i++)
		reply[wait_as(5, 100)].left = true;
	kept[0] = wait_as(5, 100);
	kept[1] = wait_as(1, 100);
	CHECK(replies_made <= READERS_MAX);
	type("one\ntwo\n");
	ANSWERED(kept[0], "one\n");
	ANSWERED(kept[1], "two\n");
	CHECK(readers_waiting() == 0);
}

/* A client of many threads gives way to others, by its newest reader, down to as many places as they have. */
static void test_fair(void)
{
	cap_t many[READERS_MAX];
	char data[FILE_READ_DATA_MAX];
	size_t bytes;

	for (u32 i = 0; i < READERS_MAX; i++)
		many[i] = wait_as(5, 100);
	for (u64 i = 1; i <= READERS_MAX / 2; i++) {
		cap_t place = wait_as(6, 100);
		CHECK(place == many[READERS_MAX -
				    i]); /* its reader was sent away, and the place used again */
	}
	CHECK(read_as(6, 100, data, &bytes) == ERR_NO_SPACE);
	CHECK(read_as(5, 100, data, &bytes) == ERR_NO_SPACE);
	for (u64 badge = 7; badge < 7 + READERS_MAX - 2; badge++)
		wait_as(badge, 100);
	CHECK(read_as(99, 100, data, &bytes) == ERR_NO_SPACE);
	CHECK(reply[many[0]].holds && readers_waiting() == READERS_MAX);
	readers_fail(ERR_CANCELLED);
}

static void test_raw(void)
{
	cap_t slot = wait_as(3, 100);

	type("half");
	set_mode(3, 1, OK);
	ANSWERED(slot, "half"); /* becomes readable as it is */
	line_bytes = 0;
	type("\003\r");
	READ(100, "\003\r");
	CHECK(line_bytes == 0); /* no echo */
	set_mode(3, 2, ERR_ARG);
	server->closed(4);
	type("a");
	READ(100, "a"); /* still raw */
	server->closed(3);
	slot = wait_as(1, 100);
	type("a");
	CHECK(!reply[slot].answered); /* cooked again: the client that made it raw is gone */
	type("\n");
	ANSWERED(slot, "a\n");
}

static void test_output(void)
{
	struct request r = request_of(1);
	struct file_stat_result is = {0};
	struct file_entry_result entry = {0};

	line_bytes = 0;
	write_text("a\nb\033[31mc\n");
	CHECK_BYTES("serial line", line, line_bytes, "a\r\nb\033[31mc\r\n");
	line_bytes = 0;
	type("hi\n");
	CHECK_BYTES("echo", line, line_bytes, "hi\r\n");
	READ(100, "hi\n");
	CHECK(file->stat(&r, &is) == OK && is.kind == 2 && is.size == 0);
	CHECK(!file->seek &&
	      file->entry(&r, &(struct file_entry_args){.cookie = 0}, &entry) == ERR_NOT_DIR);
	char many[FILE_WRITE_DATA_MAX + 1];
	memset(many, '\n', FILE_WRITE_DATA_MAX);
	many[FILE_WRITE_DATA_MAX] = 0;
	line_bytes = 0;
	write_text(many);
	CHECK(line_bytes == 2 * FILE_WRITE_DATA_MAX && memcmp(line, "\r\n\r\n", 4) == 0);
}

static void test_cursor_report(void)
{
	set_mode(1, 1, OK);
	cap_t slot = wait_as(1, 100);
	line_bytes = 0;
	write_text("\033[3;4H\033[6n");
	ANSWERED(slot, "\033[3;4R");
	CHECK_BYTES("the question stays here", line, line_bytes, "\033[3;4H");
	set_mode(1, 0, OK);
}

#define QUESTION "\0337\033[999;999H\033[6n\0338"

/* Screen and line have a size each; the one typed on last has the session's. */
static void test_sizes(void)
{
	SIZE(40, 10, 40); /* no key was typed: the screen's */
	line_bytes = 0;
	measure();
	CHECK_BYTES("asked", line, line_bytes, QUESTION);
	set_mode(1, 1, OK);
	cap_t slot = wait_as(1, 100);
	type("\033[43;132R");
	CHECK(!reply[slot].answered); /* the answer is not typed */
	SIZE(132, 43, 40);            /* no key was typed, and a terminal is there */
	session_typed("a", 1);
	ANSWERED(slot, "a");
	SIZE(40, 10, 40);
	measure();
	type("b\033[24;80Rc\033[A");
	READ(100, "bc\033[A");
	SIZE(80, 24, 40);
	session_typed("d", 1);
	SIZE(40, 10, 40);
	READ(100, "d");
	/* A lone Escape is typed after all, when nothing follows. */
	type("\033");
	slot = wait_as(1, 100);
	CHECK(server->deadline != 0);
	server->deadline = 0; /* as the loop does */
	server->expired();
	ANSWERED(slot, "\033");
	CHECK(server->deadline == 0);
	SIZE(80, 24, 40);
	set_mode(1, 0, OK);
}

/* Without a screen the terminal at the far end of the line is the one to ask. */
static void test_no_screen(void)
{
	CHECK(output_init(NULL, true, HZ));
	line_bytes = 0;
	SIZE(80, 24, 80);
	/* The answers go to the programs that asked, in their order. */
	measure();
	write_text("\033[6n");
	CHECK_BYTES("the questions go on", line, line_bytes, QUESTION "\033[6n");
	set_mode(1, 1, OK);
	type("\033[50;100R\033[3;4R");
	READ(100, "\033[3;4R");
	SIZE(100, 50, 100);
	set_mode(1, 0, OK);
}

int main(void)
{
	struct surface s = surface_new(320, 160, 1280);

	CHECK(output_init(&s, true, HZ));
	start();
	test_sizes();
	test_lines();
	test_order();
	test_death();
	test_abandoned_reads();
	test_abandoned_writes();
	test_size();
	test_interrupt();
	test_watch();
	test_interrupt_signals();
	test_limits();
	test_given_up();
	test_fair();
	test_raw();
	test_output();
	test_cursor_report();
	test_no_screen();
	free(s.pixels);
	return check_result("session");
}
