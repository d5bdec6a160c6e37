/* The server is killed at every moment of every request, and at random ones under load: no byte is lost, doubled or in another
 * order. */
#include "lib/microk/string.h"
#include "tests/guest/kit/moment.h"
#include "tests/guest/killer/answered.h"
#include "tests/guest/pipes/pipes.h"
#include "tests/random.h"

#define KILLS command_line_number(kit_info->command_line, "kills=", 200)

/* ---- Every moment of a request ---- */

static cap_t client;
static struct pipe p;
static u64 written, read;
static struct worker other;

static void put(u32 size)
{
	write_bytes(p.writer, 1, written, size);
	written += size;
}

static void get(u32 size)
{
	read_bytes(p.reader, 1, read, size);
	read += size;
}

static void nothing(void) {}

static void put_some(void)
{
	put(100);
}

static void get_some(void)
{
	get(100);
}

static void get_all(void)
{
	get((u32)(written - read));
}

static void begin_reader(void)
{
	worker_begin(&other, work_read, p.reader, 60);
}

/* The first 60 bytes go to the reader, the others to the ring. */
static void end_reader(void)
{
	KIT_UNTIL(other.done);
	CHECK(other.status == OK && other.length == 60 && is_filled(other.bytes, 1, read, 60));
	read += 60;
	get_all();
}

static void begin_writer(void)
{
	put((u32)(RING_BYTES - 50 - (written - read)));
	fill(other.bytes, 1, written, 120);
	worker_begin(&other, work_write, p.writer, 120);
}

static void end_writer(void)
{
	KIT_UNTIL(other.done);
	CHECK(other.status == OK && other.length == 120);
	written += 120;
	get_all();
}

static struct pipe second;

static void make_second(void)
{
	EXPECT(OK, pipe_make(client, 0, second.reader, second.writer));
}

static void use_second(void)
{
	write_bytes(second.writer, 2, 0, 10);
	read_bytes(second.reader, 2, 0, 10);
	close_pipe(second);
	settle();
}

static void close_writer(void)
{
	slot_delete(second.writer);
	settle();
}

static void check_end(void)
{
	struct file_read_result got = {0};

	EXPECT(OK, file_read(second.reader, 10, &got));
	EXPECT_U64(0, got.data_length);
	close_pipe(second);
	settle();
}

/* ---- Sockets and FIFOs ---- */

static struct pair sockets;
static cap_t fifo, sent_slot, free_slot;

/* The pipe's writer is in flight alone. */
static void send_second(void)
{
	struct pipe_send_args args = {.data = "x", .data_length = 1, .file = sent_slot};
	struct pipe_send_result sent = {0};

	EXPECT(OK, slot_copy(sent_slot, second.writer, RIGHT_ALL));
	EXPECT(OK, pipe_send(sockets.one, &args, &sent));
	EXPECT_U64(1, sent.written);
	slot_delete(args.file);
	slot_delete(second.writer);
}

static void read_letter(void)
{
	struct file_read_result got = {0};

	EXPECT(OK, file_read(sockets.other, 10, &got));
	EXPECT_U64(1, got.data_length);
}

static void sent_second(void)
{
	make_second();
	send_second();
	read_letter();
}

static void take_second(void)
{
	EXPECT(OK, pipe_take(sockets.other, second.writer));
}

static void receive_second(void)
{
	read_letter();
	take_second();
	EXPECT(ERR_NOT_FOUND, pipe_take(sockets.other, free_slot));
	use_second();
}

static void work_open(struct worker *w)
{
	w->status = pipe_open(w->file, PIPE_READ, w->size);
}

static void begin_opener(void)
{
	worker_begin(&other, work_open, fifo, (u32)second.reader);
}

static void open_fifo(void)
{
	EXPECT(OK, pipe_open(fifo, PIPE_WRITE, second.writer));
}

static void use_fifo(void)
{
	KIT_UNTIL(other.done);
	EXPECT(OK, other.status);
	use_second();
	EXPECT(ERR_BROKEN, pipe_open(fifo, PIPE_WRITE | PIPE_NO_WAIT, second.writer));
}

/* ---- By name ---- */

static struct pair listener, other_listener, datagrams;

static void connect_second(void)
{
	EXPECT(OK, pipe_connect(listener.other, 0, second.writer));
}

static void accept_second(void)
{
	EXPECT(OK, pipe_accept(listener.one, 0, second.reader));
}

/* There is one connection, and no other. */
static void use_accepted(void)
{
	struct pipe_state_result s = {0};

	EXPECT(OK, pipe_state(listener.one, &s));
	EXPECT_U64(0, s.readable);
	use_second();
}

static void use_connected(void)
{
	accept_second();
	use_accepted();
}

static void work_accept(struct worker *w)
{
	w->status = pipe_accept(w->file, 0, w->size);
}

static void begin_acceptor(void)
{
	worker_begin(&other, work_accept, listener.one, (u32)second.reader);
}

static void end_acceptor(void)
{
	KIT_UNTIL(other.done);
	EXPECT(OK, other.status);
	use_accepted();
}

static void prepare_listener(void)
{
	struct pipe_listen_args args = {.backlog = 3};

	EXPECT(OK, pipe_listen(client, &args, other_listener.one, other_listener.other));
	EXPECT(OK, pipe_connect(other_listener.other, 0, second.reader));
	EXPECT(OK, pipe_connect(other_listener.other, 0, second.writer));
}

static void close_listener(void)
{
	slot_delete(other_listener.one);
	settle();
}

static void check_refused(void)
{
	struct file_read_result got = {0};

	EXPECT(OK, file_read(second.reader, 10, &got));
	EXPECT_U64(0, got.data_length);
	EXPECT(OK, file_read(second.writer, 10, &got));
	EXPECT_U64(0, got.data_length);
	EXPECT(ERR_BROKEN, pipe_connect(other_listener.other, 0, free_slot));
	slot_delete(other_listener.other);
	close_pipe(second);
	settle();
}

static void send_datagram(void)
{
	struct file_write_result sent = {0};

	EXPECT(OK, file_write(datagrams.one, "datagram", 8, &sent));
	EXPECT_U64(8, sent.written);
}

static void read_datagrams(void)
{
	struct file_read_result got = {0};

	EXPECT(OK, file_read(datagrams.other, 4, &got));
	CHECK(got.data_length == 4 && !memcmp(got.data, "data", 4));
	EXPECT(ERR_WOULD_BLOCK, file_read(datagrams.other, 4, &got));
}

static u8 *from, *to;

static void put_lent(void)
{
	struct file_write_lent_result sent = {0};

	fill(from, 1, written, 500);
	EXPECT(OK, file_write_lent(p.writer, &(struct file_write_lent_args){.size = 500}, &sent));
	EXPECT_U64(500, sent.written);
	written += 500;
}

static void get_lent(void)
{
	struct file_read_lent_result came = {0};

	EXPECT(OK, file_read_lent(p.reader, &(struct file_read_lent_args){.size = 500}, &came));
	CHECK(came.length == 500 && is_filled(to, 1, read, 500));
	read += came.length;
}

static const struct operation operations[] = {
	{"write", nothing, put_some, get_all},
	{"read", put_some, get_some, nothing},
	{"write to a waiting reader", begin_reader, put_some, end_reader},
	{"read from a waiting writer", begin_writer, get_some, end_writer},
	{"write from a lent frame", nothing, put_lent, get_all},
	{"read into a lent frame", put_lent, get_lent, nothing},
	{"make", nothing, make_second, use_second},
	{"close", make_second, close_writer, check_end},
	{"send a descriptor", make_second, send_second, receive_second},
	{"take a descriptor", sent_second, take_second, use_second},
	{"open a FIFO", begin_opener, open_fifo, use_fifo},
	{"connect", nothing, connect_second, use_connected},
	{"accept", connect_second, accept_second, use_accepted},
	{"connect to one that accepts", begin_acceptor, connect_second, end_acceptor},
	{"close a listener", prepare_listener, close_listener, check_refused},
	{"send a datagram", nothing, send_datagram, read_datagrams},
	{"read a datagram", send_datagram, read_datagrams, nothing},
};

void test_killed_at_every_moment(void)
{
	server_begin();
	killer_begin();
	client = server_client(CLIENT);
	p = open_pipe(client, 0);
	sockets = open_pair(client, 0);
	second = (struct pipe){kit_slot(), kit_slot()};
	fifo = kit_slot();
	sent_slot = kit_slot();
	free_slot = kit_slot();
	EXPECT(OK, pipe_fifo(client, fifo));
	listener = open_listener(client, 3, 0);
	other_listener = (struct pair){kit_slot(), kit_slot()};
	datagrams = (struct pair){kit_slot(), kit_slot()};
	EXPECT(OK, pipe_datagrams(client, PIPE_NO_WAIT, datagrams.one, datagrams.other));
	written = read = 0;
	from = lend_to(p.writer, 1);
	to = lend_to(p.reader, 1);
	kill_at_every_moment(operations, ARRAY_LEN(operations));
}

/* ---- Under load ---- */

#define PIPES 3
#define LOADED_FOR 60000000ul /* ticks at most */

static struct load {
	struct pipe pipe;
	u32 seed;
	volatile u64 written, read;
	volatile bool over, ended;
	u64 random;
} loads[PIPES];

static void write_on(u64 number)
{
	struct load *l = &loads[number];
	u8 bytes[FILE_DATA_MAX];

	while (!l->over) {
		struct file_write_result sent = {0};
		u32 size = 1 + (u32)(random_next(&l->random) % sizeof(bytes));
		enum microk_status status;

		fill(bytes, l->seed, l->written, size);
		ANSWERED(status, file_write(l->pipe.writer, bytes, size, &sent));
		if (status != OK || sent.written != size)
			kit_fail(__FILE__, __LINE__, "a write of %u: %s, %u written", size,
				 status_name(status), sent.written);
		l->written += size;
	}
	slot_delete(l->pipe.writer);
}

static void read_on(u64 number)
{
	struct load *l = &loads[number];
	u64 random = number + 1;

	for (;;) {
		struct file_read_result got = {0};
		u32 size = 1 + (u32)(random_next(&random) % FILE_DATA_MAX);
		enum microk_status status;

		ANSWERED(status, file_read(l->pipe.reader, size, &got));
		if (status != OK || !is_filled(got.data, l->seed, l->read, (u32)got.data_length))
			kit_fail(__FILE__, __LINE__, "a read of %u at %lu: %s, %lu came", size,
				 l->read, status_name(status), got.data_length);
		if (status != OK || got.data_length == 0)
			break;
		l->read += got.data_length;
	}
	l->ended = true;
}

static void begin_load(u32 number, u64 random)
{
	struct load *l = &loads[number];

	*l = (struct load){
		.pipe = open_pipe(client, 0), .seed = number + 1, .random = random + number + 1};
	kit_thread(write_on, number, CLIENT_PRIORITY + number % 2);
	kit_thread(read_on, number, CLIENT_PRIORITY);
}

void test_killed_under_load(void)
{
	u64 seed = command_line_number(kit_info->command_line, "seed=", 1) | 1ul << 40, all = 0;
	cap_t never = kit_make(CAP_NOTIFICATION, 0);

	server_begin();
	killer_begin();
	client = server_client(CLIENT);
	for (u32 i = 0; i < PIPES; i++)
		begin_load(i, seed);
	for (u64 i = 0; i < KILLS && !kit_failures_here(); i++) {
		kill_after(random_next(&seed) % 100000);
		while (!kill_is_done())
			sleep_until_moment(never, now() + 10000, 0);
	}
	for (u32 i = 0; i < PIPES; i++)
		loads[i].over = true;
	for (u32 i = 0; i < PIPES; i++) {
		for (u64 end = now() + LOADED_FOR; !loads[i].ended && now() < end;)
			sleep_until_moment(never, now() + 100000, 0);
		CHECK(loads[i].ended);
		EXPECT_U64(loads[i].written, loads[i].read);
		all += loads[i].read;
	}
	CHECK(all > 20000);
	server_state_check();
	kit_report("NOTE %lu kills, %lu bytes", KILLS, all);
}
