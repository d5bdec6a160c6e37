/* Pairs of sockets, descriptors in flight, and FIFOs. */
#include "lib/microk/string.h"
#include "servers/pipe/flights.h"
#include "tests/guest/pipes/pipes.h"

static struct file_read_result got;
static struct file_write_result done;
static struct worker one, two;

struct pair open_pair(cap_t client, u32 flags)
{
	struct pair p = {kit_slot(), kit_slot()};

	EXPECT(OK, pipe_pair(client, flags, p.one, p.other));
	return p;
}

static u32 events_of(cap_t file)
{
	struct pipe_state_result s = {0};

	EXPECT(OK, pipe_state(file, &s));
	return s.events;
}

void test_pairs(void)
{
	server_begin();
	struct pair s = open_pair(server_client(CLIENT), 0);
	struct file_stat_result is = {0};

	write_bytes(s.one, 1, 0, 100);
	write_bytes(s.other, 2, 0, 200);
	read_bytes(s.one, 2, 0, 200);
	read_bytes(s.other, 1, 0, 100);
	EXPECT(OK, file_stat(s.one, &is));
	EXPECT_U64(KIND_SOCKET, is.kind);
	worker_begin(&one, work_read, s.one, 10);
	write_bytes(s.other, 2, 200, 10);
	settle();
	CHECK(one.done && one.length == 10);
	/* Half of it ends. */
	worker_begin(&one, work_read, s.other, 10);
	EXPECT(OK, pipe_shut(s.one, EVENT_WRITABLE));
	settle();
	CHECK(one.done && one.status == OK && one.length == 0);
	EXPECT(ERR_BROKEN, file_write(s.one, "x", 1, &done));
	EXPECT_U64(EVENT_READABLE | EVENT_WRITABLE, events_of(s.other));
	write_bytes(s.other, 2, 210, 10);
	read_bytes(s.one, 2, 210, 10);
	EXPECT(OK, pipe_shut(s.one, EVENT_READABLE));
	EXPECT(OK, file_read(s.one, 1, &got));
	EXPECT_U64(0, got.data_length);
	EXPECT(ERR_BROKEN, file_write(s.other, "x", 1, &done));
	EXPECT_U64(EVENT_READABLE | EVENT_WRITABLE | PIPE_HANGUP, events_of(s.other));
	EXPECT(ERR_ARG, pipe_shut(s.one, 8));
	server_state_check();
}

/* ---- Descriptors in flight ---- */

static cap_t receive(cap_t socket)
{
	cap_t slot = kit_slot();

	EXPECT(OK, pipe_take(socket, slot));
	return slot;
}

static enum microk_status send_file(cap_t socket, const char *text, cap_t file)
{
	struct pipe_send_result sent = {0};
	struct pipe_send_args args = {
		.data = text, .data_length = strlen(text), .file = copy_of(file, RIGHT_ALL)};

	enum microk_status status = pipe_send(socket, &args, &sent);
	slot_delete(args.file);
	return status;
}

static void expect_text(cap_t socket, const char *text)
{
	EXPECT(OK, file_read(socket, 100, &got));
	CHECK(got.data_length == strlen(text) && !memcmp(got.data, text, strlen(text)));
}

void test_flights(void)
{
	server_begin();
	cap_t client = server_client(CLIENT);
	struct pair s = open_pair(client, 0), t = open_pair(client, PIPE_NO_WAIT);
	struct pipe p = open_pipe(client, 0);

	EXPECT(ERR_NOT_FOUND, pipe_take(s.other, kit_slot()));
	write_bytes(s.one, 1, 0, 10);
	EXPECT(OK, send_file(s.one, "first", p.reader));
	EXPECT(OK, send_file(s.one, "second", p.writer));
	slot_delete(p.reader);
	slot_delete(p.writer);
	/* Each read ends before the next descriptor's bytes. */
	EXPECT(OK, file_read(s.other, 100, &got));
	EXPECT_U64(10, got.data_length);
	EXPECT(ERR_NOT_FOUND, pipe_take(s.other, kit_slot()));
	expect_text(s.other, "first");
	p.reader = receive(s.other);
	EXPECT(ERR_NOT_FOUND, pipe_take(s.other, kit_slot()));
	server_replace();
	expect_text(s.other, "second");
	p.writer = receive(s.other);
	write_bytes(p.writer, 3, 0, 50);
	read_bytes(p.reader, 3, 0, 50);
	/* One that is not taken goes with the next read: the pipe's last writer has gone then. */
	EXPECT(OK, send_file(s.one, "third", p.writer));
	slot_delete(p.writer);
	expect_text(s.other, "third");
	write_bytes(s.one, 1, 10, 10);
	worker_begin(&one, work_read, p.reader, 10);
	CHECK(!one.done);
	EXPECT(OK, file_read(s.other, 100, &got));
	settle();
	CHECK(one.done && one.length == 0);
	EXPECT(ERR_DENIED, send_file(s.one, "no", t.one));
	EXPECT(ERR_TYPE, send_file(s.one, "no", kit_make(CAP_NOTIFICATION, 0)));
	EXPECT(ERR_TYPE, send_file(p.reader, "no", client) == ERR_RIGHTS ? ERR_TYPE : OK);
	/* To a reader that waits. */
	worker_begin(&one, work_read, s.other, 100);
	EXPECT(OK, send_file(s.one, "fourth", p.reader));
	settle();
	CHECK(one.done && one.length == 6);
	receive(s.other);
	for (u32 i = 0; i < FLIGHTS_PER_CHANNEL; i++)
		EXPECT(OK, send_file(t.one, "x", p.reader));
	EXPECT(ERR_NO_SPACE, send_file(t.one, "x", p.reader));
	/* With the last of a socket go those in flight. */
	slot_delete(p.reader);
	slot_delete(t.one);
	slot_delete(t.other);
	settle();
	server_state_check();
}

/* ---- FIFOs ---- */

static void work_open(struct worker *w)
{
	w->length = (u32)kit_slot();
	w->status = pipe_open(w->file, w->size, w->length);
}

void test_fifos(void)
{
	server_begin();
	cap_t fifo = kit_slot(), reader = kit_slot(), writer = kit_slot();

	EXPECT(OK, pipe_fifo(server_client(CLIENT), fifo));
	EXPECT(ERR_BROKEN, pipe_open(fifo, PIPE_WRITE | PIPE_NO_WAIT, writer));
	EXPECT(ERR_ARG, pipe_open(fifo, 0, writer));
	EXPECT(ERR_ARG, file_read(fifo, 1, &got));
	/* A reader waits for a writer, and a writer for a reader. */
	worker_begin(&one, work_open, fifo, PIPE_READ);
	CHECK(!one.done);
	server_replace();
	settle();
	CHECK(!one.done);
	EXPECT(OK, pipe_open(fifo, PIPE_WRITE, writer));
	settle();
	CHECK(one.done && one.status == OK);
	write_bytes(writer, 1, 0, 100);
	read_bytes(one.length, 1, 0, 100);
	slot_delete(writer);
	EXPECT(OK, file_read(one.length, 1, &got));
	EXPECT_U64(0, got.data_length);
	slot_delete(one.length);
	worker_begin(&one, work_open, fifo, PIPE_WRITE);
	worker_begin(&two, work_open, fifo, PIPE_WRITE);
	CHECK(!one.done && !two.done);
	EXPECT(OK, pipe_open(fifo, PIPE_READ | PIPE_NO_WAIT, reader));
	settle();
	CHECK(one.done && two.done && one.status == OK && two.status == OK);
	write_bytes(one.length, 1, 0, 10);
	write_bytes(two.length, 1, 10, 10);
	read_bytes(reader, 1, 0, 20);
	/* Bytes that were not read go with the last description, and the FIFO stays. */
	write_bytes(two.length, 1, 20, 10);
	slot_delete(one.length);
	slot_delete(two.length);
	slot_delete(reader);
	settle();
	EXPECT(OK, pipe_open(fifo, PIPE_READ | PIPE_WRITE | PIPE_NO_WAIT, reader));
	EXPECT(ERR_WOULD_BLOCK, file_read(reader, 1, &got));
	cap_t less = copy_of(fifo, RIGHT_WRITE | RIGHT_GRANT | FILE_RIGHT_READ);
	EXPECT(ERR_RIGHTS, pipe_open(less, PIPE_WRITE, writer));
	slot_delete(less);
	/* An opener that gives up leaves no trace, and one whose FIFO goes ends. */
	slot_delete(reader);
	settle();
	worker_begin(&one, work_open, fifo, PIPE_READ);
	EXPECT(OK, thread_cancel(one.thread));
	settle();
	CHECK(one.done && one.status == ERR_CANCELLED);
	EXPECT(ERR_BROKEN, pipe_open(fifo, PIPE_WRITE | PIPE_NO_WAIT, writer));
	worker_begin(&one, work_open, fifo, PIPE_READ);
	slot_delete(fifo);
	settle();
	CHECK(one.done && one.status == ERR_GONE);
	server_state_check();
}
