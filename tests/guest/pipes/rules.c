/* Pipes without waiting. */
#include "lib/microk/memory.h"
#include "lib/microk/string.h"
#include "servers/pipe/ends.h"
#include "tests/guest/pipes/pipes.h"

static struct file_read_result got;
static struct file_write_result done;

/* Bytes come as they were written, in pieces of other sizes, past the ring's end many times. */
void test_order(void)
{
	server_begin();
	struct pipe p = open_pipe(server_client(CLIENT), 0);
	u64 written = 0, read = 0;

	for (u32 i = 0; i < 300 && !kit_failures_here(); i++) {
		u32 size = 1 + i * 37 % FILE_DATA_MAX, piece = 1 + i * 53 % FILE_DATA_MAX;
		if (written - read + size <= PIPE_ATOMIC) {
			write_bytes(p.writer, 1, written, size);
			written += size;
		}
		piece = (u32)MIN(piece, written - read);
		read_bytes(p.reader, 1, read, piece);
		read += piece;
	}
	CHECK(read > 10 * RING_BYTES);
	server_state_check();
}

/* The last writer's end is the end of the file, and the last reader's breaks the pipe. */
void test_ends(void)
{
	server_begin();
	cap_t client = server_client(CLIENT);
	struct pipe p = open_pipe(client, 0), q = open_pipe(client, 0);
	cap_t second = copy_of(p.writer, RIGHT_ALL);

	write_bytes(p.writer, 2, 0, 100);
	slot_delete(p.writer);
	write_bytes(second, 2, 100, 100);
	slot_delete(second);
	read_bytes(p.reader, 2, 0, 200);
	for (u32 i = 0; i < 2; i++) {
		EXPECT(OK, file_read(p.reader, 10, &got));
		EXPECT_U64(0, got.data_length);
	}
	write_bytes(q.writer, 2, 0, 10);
	slot_delete(q.reader);
	EXPECT(ERR_BROKEN, file_write(q.writer, "x", 1, &done));
	EXPECT(ERR_BROKEN, file_write(q.writer, "x", 1, &done));
	EXPECT(OK, file_write(q.writer, "x", 0, &done));
}

void test_no_wait(void)
{
	server_begin();
	struct pipe p = open_pipe(server_client(CLIENT), PIPE_NO_WAIT);
	u32 all = 0;

	EXPECT(ERR_WOULD_BLOCK, file_read(p.reader, 1, &got));
	while (file_write(p.writer, done.written ? "y" : "x", 1, &done) == OK)
		all += done.written;
	EXPECT_U64(RING_BYTES, all);
	EXPECT(OK, file_read(p.reader, 100, &got));
	EXPECT_U64(100, got.data_length);
	/* POSIX: all or nothing. */
	EXPECT(ERR_WOULD_BLOCK, file_write(p.writer, got.data, 101, &done));
	EXPECT(OK, file_write(p.writer, got.data, 100, &done));
	EXPECT(OK, pipe_flags(p.reader, 0));
	EXPECT(OK, pipe_flags(p.reader, PIPE_NO_WAIT));
	EXPECT(ERR_ARG, pipe_flags(p.reader, 2));
}

/* A write from a lent frame: up to PIPE_ATOMIC bytes whole, more in parts. */
void test_atomic(void)
{
	server_begin();
	struct pipe p = open_pipe(server_client(CLIENT), PIPE_NO_WAIT);
	u8 *from = lend_to(p.writer, 16);
	struct file_write_lent_result sent = {0};
	u32 left = RING_BYTES - PIPE_ATOMIC;

	fill(from, 3, 0, 0x10000);
	EXPECT(OK, file_write_lent(
			   p.writer, &(struct file_write_lent_args){.size = PIPE_ATOMIC}, &sent));
	EXPECT_U64(PIPE_ATOMIC, sent.written);
	EXPECT(ERR_WOULD_BLOCK,
	       file_write_lent(
		       p.writer,
		       &(struct file_write_lent_args){.at = PIPE_ATOMIC, .size = left + 1}, &sent));
	EXPECT(OK, file_write_lent(p.writer,
				   &(struct file_write_lent_args){.at = PIPE_ATOMIC, .size = 50000},
				   &sent));
	EXPECT_U64(left, sent.written);
	read_bytes(p.reader, 3, 0, RING_BYTES);
}

void test_lent(void)
{
	server_begin();
	struct pipe p = open_pipe(server_client(CLIENT), 0);
	struct file_read_lent_args args = {.at = 123, .size = 5000};
	struct file_read_lent_result came = {0};

	write_bytes(p.writer, 4, 0, 3000);
	EXPECT(ERR_CAP, file_read_lent(p.reader, &args, &came));
	u8 *to = lend_to(p.reader, 2);
	EXPECT(OK, file_read_lent(p.reader, &args, &came));
	EXPECT_U64(3000, came.length);
	CHECK(is_filled(to + 123, 4, 0, 3000) && to[122] == 0 && to[3123] == 0);
	write_bytes(p.writer, 4, 3000, 4000);
	args.at = 2 * PAGE_SIZE - 100;
	EXPECT(ERR_RANGE, file_read_lent(p.reader, &args, &came));
	args.at = 0;
	EXPECT(OK, file_read_lent(p.reader, &args, &came));
	EXPECT_U64(4000, came.length);
	CHECK(is_filled(to, 4, 3000, 4000));
	server_state_check();
}

void test_bad_requests(void)
{
	server_begin();
	cap_t client = server_client(CLIENT), one = kit_slot(), two = kit_slot();
	struct pipe p = open_pipe(client, 0);
	struct file_stat_result is = {0};

	EXPECT(ERR_RIGHTS, file_read(p.writer, 1, &got));
	EXPECT(ERR_RIGHTS, file_write(p.reader, "x", 1, &done));
	EXPECT(ERR_RIGHTS, pipe_make(p.reader, 0, one, two));
	EXPECT(ERR_ARG, pipe_make(client, 2, one, two));
	EXPECT(ERR_NOT_FOUND, file_read(client, 1, &got));
	EXPECT(ERR_NOT_DIR, file_entry(p.reader, 0, &(struct file_entry_result){0}));
	EXPECT(ERR_ARG,
	       file_seek(p.reader, &(struct file_seek_args){0}, &(struct file_seek_result){0}));
	EXPECT(ERR_TYPE, file_lend(p.reader, copy_of(client, RIGHT_ALL)));
	EXPECT(ERR_TYPE,
	       file_watch(p.reader,
			  &(struct file_watch_args){
				  .events = EVENT_READABLE, .signal = copy_of(client, RIGHT_ALL)}));
	EXPECT(OK, file_stat(p.reader, &is));
	EXPECT_U64(KIND_PIPE, is.kind);
	/* A badge of that form, but of no description. */
	cap_t false_one = server_client(1ul << 63 | 7);
	EXPECT(ERR_NOT_FOUND, file_read(false_one, 1, &got));
	EXPECT(ERR_ARG, pipe_make(false_one, 0, one, two));
	write_bytes(p.writer, 5, 0, 10);
	read_bytes(p.reader, 5, 0, 10);
}

/* A client that makes pipes until it gets no more leaves room for another, and gets all back. */
void test_shares(void)
{
	static struct pipe all[CHANNELS_MAX];
	u32 count = 0;

	server_begin();
	cap_t greedy = server_client(CLIENT), other = server_client(CLIENT + 1);
	for (u32 round = 0; round < 3; round++) {
		for (count = 0; count < CHANNELS_MAX; count++) {
			all[count] = (struct pipe){kit_slot(), kit_slot()};
			enum microk_status status =
				pipe_make(greedy, 0, all[count].reader, all[count].writer);
			if (status == OK)
				continue;
			EXPECT(ERR_NO_SPACE, status);
			break;
		}
		EXPECT_U64(CHANNELS_MAX / 4 * 3, count);
		struct pipe p = open_pipe(other, 0);
		write_bytes(p.writer, 6, 0, 10);
		read_bytes(p.reader, 6, 0, 10);
		close_pipe(p);
		for (u32 i = 0; i < count; i++)
			close_pipe(all[i]);
	}
	server_state_check();
}

/* With less memory there are fewer channels, and each client has its share of these. */
void test_little_memory(void)
{
	struct pipe p[24];

	server_begin_with(STORES_LEAST);
	cap_t client = server_client(CLIENT);
	for (u32 i = 0; i < ARRAY_LEN(p); i++)
		p[i] = open_pipe(client, 0);
	struct pipe more = {kit_slot(), kit_slot()};
	EXPECT(ERR_NO_SPACE, pipe_make(client, 0, more.reader, more.writer));
	EXPECT(OK, pipe_make(server_client(CLIENT + 1), 0, more.reader, more.writer));
	server_replace();
	for (u32 i = 0; i < ARRAY_LEN(p); i++)
		write_bytes(p[i].writer, i, 0, RING_BYTES);
	write_bytes(more.writer, 99, 0, RING_BYTES);
	for (u32 i = 0; i < ARRAY_LEN(p); i++)
		read_bytes(p[i].reader, i, 0, RING_BYTES);
	read_bytes(more.reader, 99, 0, RING_BYTES);
	server_state_check();
}

static u32 events_of(cap_t file)
{
	struct pipe_state_result s = {0};

	EXPECT(OK, pipe_state(file, &s));
	return s.events;
}

void test_states(void)
{
	server_begin();
	struct pipe p = open_pipe(server_client(CLIENT), PIPE_NO_WAIT);
	struct pipe_state_result s = {0};
	u32 all = 0;

	EXPECT_U64(0, events_of(p.reader));
	EXPECT_U64(EVENT_WRITABLE, events_of(p.writer));
	write_bytes(p.writer, 7, 0, 77);
	EXPECT_U64(EVENT_READABLE, events_of(p.reader));
	EXPECT(OK, pipe_state(p.reader, &s));
	EXPECT_U64(77, s.readable);
	while (file_write(p.writer, "x", 1, &done) == OK)
		all++;
	EXPECT_U64(0, events_of(p.writer));
	slot_delete(p.writer);
	EXPECT_U64(EVENT_READABLE | PIPE_HANGUP, events_of(p.reader));
	p = open_pipe(server_client(CLIENT + 1), 0);
	slot_delete(p.reader);
	EXPECT_U64(EVENT_WRITABLE | PIPE_HANGUP, events_of(p.writer));
}
