/* Requests that wait, watches, and clients that give up or die. */
#include "lib/microk/string.h"
#include "servers/pipe/waiting.h"
#include "tests/guest/kit/moment.h"
#include "tests/guest/pipes/pipes.h"

static struct file_read_result got;
static struct file_write_result done;
static struct worker one, two, many[WAITING_MAX];

static u64 bits_of(cap_t notification)
{
	struct message m = {.tag = TAG_DEADLINE};

	ipc_buffer->deadline = 1; /* it is over: the call returns at once */
	return ipc(SYS_WAIT, notification, &m) == OK ? m.badge : 0;
}

static void watch(cap_t file, u32 events, cap_t notification, u64 badge)
{
	struct file_watch_args args = {
		.events = events, .signal = kit_mint(notification, RIGHT_WRITE, badge, MINT_BADGE)};

	EXPECT(OK, file_watch(file, &args));
}

void test_watches(void)
{
	server_begin();
	struct pipe p = open_pipe(server_client(CLIENT), PIPE_NO_WAIT);
	cap_t wake = kit_make(CAP_NOTIFICATION, 0);

	watch(p.reader, EVENT_READABLE, wake, 1);
	watch(p.writer, EVENT_WRITABLE, wake, 2);
	EXPECT_U64(2, bits_of(wake));
	write_bytes(p.writer, 1, 0, 10);
	EXPECT_U64(1, bits_of(wake));
	write_bytes(p.writer, 1, 10, 10);
	EXPECT_U64(0, bits_of(wake));
	server_replace();
	read_bytes(p.reader, 1, 0, 20);
	EXPECT_U64(3, bits_of(wake));
	write_bytes(p.writer, 1, 20, 10);
	EXPECT_U64(1, bits_of(wake));
	read_bytes(p.reader, 1, 20, 10);
	while (file_write(p.writer, "x", 1, &done) == OK)
		;
	EXPECT_U64(1, bits_of(wake));
	EXPECT(OK, file_read(p.reader, 896, &got));
	EXPECT_U64(0, bits_of(wake));
	while (file_read(p.reader, 896, &got) == OK)
		;
	EXPECT_U64(2, bits_of(wake));
	slot_delete(p.writer);
	settle();
	EXPECT_U64(1, bits_of(wake));
	EXPECT(OK, file_watch(p.reader,
			      &(struct file_watch_args){.signal = copy_of(wake, RIGHT_WRITE)}));
}

/* Readers are served in the order in which they came; an end without writers wakes all. */
void test_readers_wait(void)
{
	server_begin();
	struct pipe p = open_pipe(server_client(CLIENT), 0);

	worker_begin(&one, work_read, p.reader, 100);
	worker_begin(&two, work_read, p.reader, 100);
	CHECK(!one.done && !two.done);
	write_bytes(p.writer, 1, 0, 30);
	settle();
	CHECK(one.done && !two.done && one.status == OK);
	EXPECT_U64(30, one.length);
	CHECK(is_filled(one.bytes, 1, 0, 30));
	worker_begin(&one, work_read, p.reader, 20);
	write_bytes(p.writer, 1, 30, 150);
	settle();
	CHECK(one.done && two.done);
	CHECK(two.length == 100 && is_filled(two.bytes, 1, 30, 100));
	CHECK(one.length == 20 && is_filled(one.bytes, 1, 130, 20));
	read_bytes(p.reader, 1, 150, 30);
	worker_begin(&one, work_read, p.reader, 20);
	worker_begin(&two, work_read, p.reader, 20);
	slot_delete(p.writer);
	settle();
	CHECK(one.done && two.done && one.status == OK && two.status == OK);
	EXPECT_U64(0, one.length + two.length);
	server_state_check();
}

void test_writers_wait(void)
{
	server_begin();
	struct pipe p = open_pipe(server_client(CLIENT), 0);

	write_bytes(p.writer, 1, 0, RING_BYTES - 100);
	fill(one.bytes, 1, RING_BYTES - 100, 200);
	fill(two.bytes, 1, RING_BYTES + 100, 10);
	worker_begin(&one, work_write, p.writer, 200);
	worker_begin(&two, work_write, p.writer, 10);
	CHECK(!one.done && !two.done); /* the second would fit, and waits behind the first */
	read_bytes(p.reader, 1, 0, 99);
	settle();
	CHECK(!one.done);
	read_bytes(p.reader, 1, 99, 1);
	settle();
	CHECK(one.done && one.status == OK && !two.done);
	EXPECT_U64(200, one.length);
	read_bytes(p.reader, 1, 100, 400);
	settle();
	CHECK(two.done && two.status == OK);
	read_bytes(p.reader, 1, 500, RING_BYTES + 110 - 500);
	write_bytes(p.writer, 1, 0, RING_BYTES);
	worker_begin(&one, work_write, p.writer, 200);
	slot_delete(p.reader);
	settle();
	CHECK(one.done);
	EXPECT(ERR_BROKEN, one.status);
	server_state_check();
}

/* A wait that was ended has had no effect: neither its bytes nor its place in the queue are left. */
void test_given_up(void)
{
	server_begin();
	struct pipe p = open_pipe(server_client(CLIENT), 0);

	worker_begin(&one, work_read, p.reader, 100);
	EXPECT(OK, thread_cancel(one.thread));
	settle();
	CHECK(one.done);
	EXPECT(ERR_CANCELLED, one.status);
	write_bytes(p.writer, 1, 0, RING_BYTES);
	fill(one.bytes, 9, 0, 100);
	worker_begin(&one, work_write, p.writer, 100);
	EXPECT(OK, thread_cancel(one.thread));
	settle();
	EXPECT(ERR_CANCELLED, one.status);
	/* One that is not there any more to ask, and whose place would be next. */
	worker_begin(&one, work_write, p.writer, 100);
	worker_begin(&two, work_write, p.writer, 0);
	worker_stop(&one);
	read_bytes(p.reader, 1, 0, RING_BYTES);
	write_bytes(p.writer, 1, RING_BYTES, 50);
	read_bytes(p.reader, 1, RING_BYTES, 50);
	/* A reader that has gone. */
	worker_begin(&one, work_read, p.reader, 100);
	worker_stop(&one);
	worker_begin(&two, work_read, p.reader, 10);
	write_bytes(p.writer, 1, RING_BYTES + 50, 10);
	settle();
	CHECK(two.done && two.length == 10 && is_filled(two.bytes, 1, RING_BYTES + 50, 10));
	server_state_check();
}

/* Threads that wait for ever take their client's share, and no other's. */
void test_waiting_share(void)
{
	u32 refused = 0;

	server_begin();
	struct pipe p = open_pipe(server_client(CLIENT), 0);
	struct pipe q = open_pipe(server_client(CLIENT + 1), 0);

	for (u32 i = 0; i < WAITING_EACH + 2; i++) {
		worker_begin(&many[i], work_read, p.reader, 1);
		refused += many[i].done && many[i].status == ERR_NO_SPACE;
	}
	EXPECT_U64(2, refused);
	worker_begin(&one, work_read, q.reader, 10);
	CHECK(!one.done);
	write_bytes(q.writer, 2, 0, 10);
	settle();
	CHECK(one.done && one.length == 10);
	/* The place of a thread that has gone is used again. */
	worker_stop(&many[7]);
	worker_begin(&two, work_read, p.reader, 1);
	CHECK(!two.done);
	slot_delete(p.writer);
	settle();
	for (u32 i = 0; i < WAITING_EACH; i++)
		CHECK(i == 7 || (many[i].done && many[i].status == OK && many[i].length == 0));
	CHECK(two.done);
}

/* Capabilities that go without a word, as when a process ends: no part of it is left, and the other side is answered. */
void test_clients_die(void)
{
	server_begin();
	cap_t client = server_client(CLIENT);

	for (u32 round = 0; round < 200 && !kit_failures_here(); round++) {
		struct pipe p = open_pipe(client, 0);
		write_bytes(p.writer, 3, 0, round);
		worker_begin(&one, work_read, p.reader, round % 100);
		slot_delete(round % 2 ? p.reader : p.writer);
		settle();
		slot_delete(round % 2 ? p.writer : p.reader);
		settle();
		CHECK(one.done || round % 100 == 0);
	}
	server_state_check();
}
