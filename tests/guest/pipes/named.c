/* Sockets that are connected by a name, and datagrams. */
#include "lib/microk/string.h"
#include "servers/pipe/ends.h"
#include "tests/guest/pipes/pipes.h"

static struct file_read_result got;
static struct file_write_result done;
static struct worker one, two;

static cap_t connect(cap_t name)
{
	cap_t slot = kit_slot();

	EXPECT(OK, pipe_connect(name, 0, slot));
	return slot;
}

static cap_t accept(cap_t listener)
{
	cap_t slot = kit_slot();

	EXPECT(OK, pipe_accept(listener, 0, slot));
	return slot;
}

static void work_accept(struct worker *w)
{
	w->status = pipe_accept(w->file, 0, w->size);
}

static void work_connect(struct worker *w)
{
	w->status = pipe_connect(w->file, 0, w->size);
}

struct pair open_listener(cap_t client, u32 backlog, u32 flags)
{
	struct pair p = {kit_slot(), kit_slot()};
	struct pipe_listen_args args = {.backlog = backlog, .flags = flags};

	EXPECT(OK, pipe_listen(client, &args, p.one, p.other));
	return p;
}

static void expect_text(cap_t socket, const char *text)
{
	EXPECT(OK, file_read(socket, 100, &got));
	CHECK(got.data_length == strlen(text) && !memcmp(got.data, text, strlen(text)));
}

static void send_text(cap_t socket, const char *text)
{
	EXPECT(OK, file_write(socket, text, strlen(text), &done));
	EXPECT_U64(strlen(text), done.written);
}

static u32 events_of(cap_t file)
{
	struct pipe_state_result s = {0};

	EXPECT(OK, pipe_state(file, &s));
	return s.events;
}

void test_listeners(void)
{
	server_begin();
	cap_t client = server_client(CLIENT);
	struct pair l = open_listener(client, 2, 0);
	struct pipe_listen_args wrong = {.backlog = PIPE_BACKLOG + 1};

	EXPECT(ERR_ARG, pipe_listen(client, &wrong, kit_slot(), kit_slot()));
	EXPECT_U64(0, events_of(l.one));
	cap_t first = connect(l.other), second = connect(l.other);
	EXPECT_U64(EVENT_READABLE, events_of(l.one));
	/* A socket can be written to before it is accepted; those that wait outlive the server. */
	send_text(first, "from the first");
	send_text(second, "from the second");
	server_replace();
	worker_begin(&one, work_connect, l.other, (u32)kit_slot());
	CHECK(!one.done); /* the backlog is full */
	EXPECT(ERR_WOULD_BLOCK, pipe_connect(l.other, PIPE_NO_WAIT, kit_slot()));
	cap_t a = accept(l.one);
	settle();
	CHECK(one.done && one.status == OK);
	expect_text(a, "from the first");
	send_text(a, "to the first");
	expect_text(first, "to the first");
	expect_text(accept(l.one), "from the second");
	send_text(one.size, "from the third");
	expect_text(accept(l.one), "from the third");
	EXPECT_U64(0, events_of(l.one));
	/* Accepting waits, and so does a queue of those that accept. */
	worker_begin(&one, work_accept, l.one, (u32)kit_slot());
	worker_begin(&two, work_accept, l.one, (u32)kit_slot());
	CHECK(!one.done && !two.done);
	send_text(connect(l.other), "fourth");
	settle();
	CHECK(one.done && one.status == OK && !two.done);
	expect_text(one.size, "fourth");
	server_replace();
	settle();
	CHECK(!two.done);
	send_text(connect(l.other), "fifth");
	settle();
	CHECK(two.done && two.status == OK);
	expect_text(two.size, "fifth");
	/* A listener is not a socket of a connection, and a name no listener. */
	EXPECT(ERR_ARG, file_read(l.one, 10, &got));
	EXPECT(ERR_ARG, file_write(l.other, "x", 1, &done));
	EXPECT(ERR_TYPE, pipe_accept(l.other, 0, kit_slot()));
	EXPECT(ERR_TYPE, pipe_connect(l.one, 0, kit_slot()));
	EXPECT(ERR_TYPE, pipe_open(l.other, PIPE_READ, kit_slot()));
	EXPECT(ERR_TYPE, pipe_connect(first, 0, kit_slot()));
	server_state_check();
}

static u64 bits_of(cap_t notification)
{
	struct message m = {.tag = TAG_DEADLINE};

	ipc_buffer->deadline = 1; /* it is over: the call returns at once */
	return ipc(SYS_WAIT, notification, &m) == OK ? m.badge : 0;
}

void test_listeners_end(void)
{
	server_begin();
	cap_t client = server_client(CLIENT), wake = kit_make(CAP_NOTIFICATION, 0);
	struct pair l = open_listener(client, 1, PIPE_NO_WAIT);
	struct file_watch_args args = {
		.events = EVENT_READABLE, .signal = kit_mint(wake, RIGHT_WRITE, 1, MINT_BADGE)};

	EXPECT(ERR_WOULD_BLOCK, pipe_accept(l.one, 0, kit_slot()));
	EXPECT(OK, file_watch(l.one, &args));
	EXPECT_U64(0, bits_of(wake));
	cap_t waits = connect(l.other);
	EXPECT_U64(1, bits_of(wake));
	/* A connection whose client has gone can be accepted, and is at its end. */
	send_text(waits, "last words");
	slot_delete(waits);
	settle();
	cap_t a = accept(l.one);
	expect_text(a, "last words");
	expect_text(a, "");
	/* An accept that its caller has given up has taken no connection. */
	EXPECT(OK, pipe_flags(l.one, 0));
	worker_begin(&one, work_accept, l.one, (u32)kit_slot());
	EXPECT(OK, thread_cancel(one.thread));
	settle();
	CHECK(one.done && one.status == ERR_CANCELLED);
	worker_begin(&one, work_accept, l.one, (u32)kit_slot());
	worker_stop(&one);
	waits = connect(l.other);
	settle();
	send_text(waits, "to the next");
	expect_text(accept(l.one), "to the next");
	/* With the listener go those that wait to be accepted, and those that wait to connect. */
	waits = connect(l.other);
	worker_begin(&two, work_connect, l.other, (u32)kit_slot());
	CHECK(!two.done);
	slot_delete(l.one);
	settle();
	CHECK(two.done && two.status == ERR_BROKEN);
	expect_text(waits, "");
	EXPECT(ERR_BROKEN, pipe_connect(l.other, 0, kit_slot()));
	slot_delete(l.other);
	settle();
	/* Nothing of all this is left: the share is whole. */
	for (u32 i = 0; i < 5; i++) {
		l = open_listener(client, PIPE_BACKLOG, 0);
		for (u32 k = 0; k < 30; k++)
			slot_delete(connect(l.other));
		slot_delete(l.one);
		slot_delete(l.other);
		settle();
	}
	server_state_check();
}

void test_datagrams(void)
{
	server_begin();
	cap_t client = server_client(CLIENT);
	struct pair s = {kit_slot(), kit_slot()};
	struct file_write_lent_result sent = {0};
	struct file_read_lent_result came = {0};
	u32 count = 0;

	EXPECT(OK, pipe_datagrams(client, PIPE_NO_WAIT, s.one, s.other));
	send_text(s.one, "one");
	send_text(s.one, "twelve bytes");
	send_text(s.one, "three");
	send_text(s.other, "back");
	expect_text(s.other, "one");
	EXPECT(OK, file_read(s.other, 6, &got));
	CHECK(got.data_length == 6 && !memcmp(got.data, "twelve", 6));
	server_replace();
	expect_text(s.other, "three"); /* the rest of the one before was dropped */
	EXPECT(ERR_WOULD_BLOCK, file_read(s.other, 10, &got));
	expect_text(s.one, "back");
	/* To a reader that waits. */
	EXPECT(OK, pipe_flags(s.other, 0));
	worker_begin(&one, work_read, s.other, 2);
	send_text(s.one, "abc");
	send_text(s.one, "next");
	settle();
	CHECK(one.done && one.length == 2);
	expect_text(s.other, "next");
	/* Large ones by lent frames; all of one or nothing. */
	u8 *from = lend_to(s.one, 2), *to = lend_to(s.other, 2);
	struct file_write_lent_args put = {.size = PIPE_ATOMIC + 1};
	EXPECT(ERR_RANGE, file_write_lent(s.one, &put, &sent));
	put.size = PIPE_ATOMIC;
	fill(from, 1, 0, PIPE_ATOMIC);
	EXPECT(OK, file_write_lent(s.one, &put, &sent));
	EXPECT(ERR_WOULD_BLOCK, file_write_lent(s.one, &put, &sent));
	EXPECT(OK, file_read_lent(s.other, &(struct file_read_lent_args){.size = 8192}, &came));
	CHECK(came.length == PIPE_ATOMIC && is_filled(to, 1, 0, PIPE_ATOMIC));
	EXPECT(OK, pipe_flags(s.other, PIPE_NO_WAIT));
	for (u32 i = 0; i < 3000 && !kit_failures_here(); i++) {
		u8 bytes[100];
		u32 size = 1 + i * 37 % 100;
		fill(bytes, 2, i, size);
		while (file_write(s.one, bytes, size, &done) == ERR_WOULD_BLOCK) {
			EXPECT(OK, file_read(s.other, 100, &got));
			CHECK(got.data_length == 1 + count * 37 % 100);
			CHECK(is_filled(got.data, 2, count++, (u32)got.data_length));
		}
		EXPECT_U64(size, done.written);
	}
	CHECK(count > 2000);
	server_state_check();
}

void test_datagram_names(void)
{
	server_begin();
	struct pair s = {kit_slot(), kit_slot()};

	EXPECT(OK, pipe_datagram(server_client(CLIENT), 0, s.one, s.other));
	EXPECT(ERR_TYPE, pipe_accept(s.one, 0, kit_slot()));
	worker_begin(&one, work_read, s.one, 100);
	CHECK(!one.done); /* there can be writers */
	cap_t a = connect(s.other), b = connect(s.other);
	send_text(a, "from a");
	settle();
	CHECK(one.done && one.length == 6);
	send_text(b, "from b");
	slot_delete(a);
	slot_delete(b);
	settle();
	server_replace();
	expect_text(s.one, "from b");
	EXPECT(ERR_ARG, file_read(s.other, 10, &got));
	worker_begin(&one, work_read, s.one, 100);
	CHECK(!one.done);
	/* No name, no writer: the end. */
	slot_delete(s.other);
	settle();
	CHECK(one.done && one.status == OK && one.length == 0);
	slot_delete(s.one);
	settle();
	EXPECT(OK, pipe_datagram(server_client(CLIENT + 1), 0, s.one, s.other));
	a = connect(s.other);
	slot_delete(s.one);
	settle();
	EXPECT(ERR_BROKEN, file_write(a, "x", 1, &done));
	EXPECT(ERR_BROKEN, pipe_connect(s.other, 0, kit_slot()));
	server_state_check();
}
