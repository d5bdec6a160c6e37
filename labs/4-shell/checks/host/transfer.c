/* Exercise 4.5, pipes by deferred reply: readers and writers come in all orders. */
#include "transfer_fakes.h"
#include "unit.h"

#define LATER "a request that has to wait is put into its queue, and answered when it can be served"
#define IN_ORDER "a new one goes to the end of its queue, and the first of a queue is served first"
#define SERVED                                                                                     \
	"after a read there is room: writers that wait are served, one after the other, as long "  \
	"as "                                                                                      \
	"they fit"
#define ALL_OF_THEM                                                                                \
	"serve_one is called until it returns false, and each request stays in its queue until "   \
	"it is served"
#define THE_END                                                                                    \
	"without bytes and without writers (channel_is_fed) no byte comes any more: end_reader"
#define BROKEN "without readers nothing will take the bytes: ERR_BROKEN for a writer that waits"
#define TOGETHER                                                                                   \
	"a write of at most PIPE_ATOMIC bytes is taken whole, or waits: bytes of another writer "  \
	"would come between"
#define AS_MUCH                                                                                    \
	"of a longer write as much is taken as there is room for, if that is at least "            \
	"PIPE_ATOMIC; else it waits"
#define WITHOUT_WAITING                                                                            \
	"with PIPE_NO_WAIT as much of a longer write is taken as there is room for, however "      \
	"little"

static void want_late(u32 at, u32 kind, cap_t reply, u32 status, u32 size, const char *cause)
{
	WANT_U64("requests that were answered late", at + 1, late_count, cause);
	const struct late *l = &lates[at % 64];
	WANT_U64("the answer is for (0: a reader, 1: a writer, 2: an error)", kind, l->kind, cause);
	WANT_U64("Reply object by which it was sent", reply, l->reply, cause);
	WANT_STATUS("its status", status, l->status, cause);
	WANT_U64("its bytes", size, l->size, cause);
}

static void want_waits(const char *what, enum microk_status status, const char *cause)
{
	WANT_STATUS(what, STATUS_DEFERRED, status, cause);
}

/* Fills the ring up to this many free bytes. */
static void leave_room(u32 room)
{
	while (RING_BYTES - byte_count() > room) {
		u32 free = RING_BYTES - byte_count() - room;
		WANT_STATUS("write into an empty ring", OK,
			    do_write(WRITER, free < 500 ? free : 500, 0), NULL);
	}
}

/* ---- the checks ---- */
static void reader_waits(void)
{
	begin_pipe(1, 1);
	want_waits("read of an empty pipe", do_read(READER, 100), LATER);
	cap_t reply = last_deferred;
	WANT_U64("requests in the readers' queue", 1, waiting_in(READING), LATER);
	WANT_U64("answers then", 0, late_count, NULL);
	WANT_STATUS("write of 10 bytes", OK, do_write(WRITER, 10, 0), NULL);
	WANT_U64("bytes that were taken", 10, given, NULL);
	want_late(0, TO_READER, reply, OK, 10, LATER);
	WANT_U64("the last byte of them", 9, lates[0].last, NULL);
	WANT_U64("requests in the readers' queue", 0, waiting_in(READING),
		 "a request that was answered leaves its queue: waiting_remove");
	WANT_U64("bytes in the ring", 0, byte_count(), NULL);
}

static void in_order(void)
{
	cap_t reply[3];

	begin_pipe(2, 1);
	for (u32 i = 0; i < 3; i++) {
		want_waits("read of an empty pipe", do_read(i == 1 ? READER_2 : READER, 100),
			   LATER);
		reply[i] = last_deferred;
	}
	WANT_U64("requests in the readers' queue", 3, waiting_in(READING), IN_ORDER);
	for (u32 i = 0; i < 3; i++) {
		WANT_STATUS("write of 5 bytes", OK, do_write(WRITER, 5, 0), NULL);
		want_late(i, TO_READER, reply[i], OK, 5, IN_ORDER);
	}
}

static void end_of_bytes(void)
{
	begin_pipe(2, 1);
	want_waits("read of an empty pipe", do_read(READER, 100), LATER);
	cap_t reply = last_deferred;
	want_waits("a second one", do_read(READER_2, 5000), LATER);
	gone(false);
	WANT_U64("readers that are answered, after the last writer has gone", 2, late_count,
		 late_count ? ALL_OF_THEM : THE_END);
	WANT_U64("Reply object of the first answer", reply, lates[0].reply, IN_ORDER);
	WANT_U64("bytes of both answers (0: the end of the file)", 0, lates[0].size + lates[1].size,
		 THE_END);
	WANT_STATUS("status of both", OK, lates[0].status | lates[1].status,
		    "the end of the file is not an error");
	WANT_STATUS("read after that", OK, do_read(READER, 10), NULL);
}

static void writer_waits(void)
{
	begin_pipe(1, 2);
	leave_room(100);
	want_waits("write of 101 bytes with room for 100", do_write(WRITER, 101, 0), TOGETHER);
	cap_t reply = last_deferred;
	WANT_U64("requests in the writers' queue", 1, waiting_in(WRITING), LATER);
	WANT_STATUS("read of one byte", OK, do_read(READER, 1), NULL);
	want_late(0, TO_WRITER, reply, OK, 101,
		  "after a read there is room, if just enough: the writer is served");
	WANT_U64("room in the ring", 0, RING_BYTES - byte_count(), NULL);
	while (byte_count() > 101)
		do_read(READER, byte_count() - 101 < 800 ? byte_count() - 101 : 800);
	WANT_STATUS("read of the last 101 bytes", OK, do_read(READER, 800), NULL);
	for (u32 i = 1; i < 101; i++)
		WANT_U64(text("byte %u of them", i), (u8)(bytes_got[0] + i), bytes_got[i],
			 "the request's bytes are overwritten by the next request: a write that "
			 "waits has a copy (w->data)");
	WANT_U64("byte 0 of them", (u8)(RING_BYTES - 100), bytes_got[0],
		 "the request's bytes are overwritten by the next request: a write that waits has "
		 "a copy (w->data)");
}

static void together(void)
{
	begin_pipe(1, 1);
	leave_room(4095);
	want_waits("write of 4,096 bytes with room for 4,095", do_write(WRITER, 4096, 0), TOGETHER);
	WANT_U64("bytes of it in the ring", RING_BYTES - 4095, byte_count(), TOGETHER);
	WANT_STATUS("read of 1 byte", OK, do_read(READER, 1), NULL);
	want_late(0, TO_WRITER, last_deferred, OK, 4096, SERVED);
	WANT_STATUS("read of 600 bytes", OK, do_read(READER, 600), NULL);
	WANT_STATUS("write of 600 bytes with room for 600", OK, do_write(WRITER, 600, 0),
		    "a write that fits is taken at once");
}

static void long_ones(void)
{
	begin_pipe(1, 1);
	WANT_STATUS(
		"write of 20,000 bytes to an empty pipe", OK, do_write(WRITER, 20000, 0), AS_MUCH);
	WANT_U64("bytes that were taken", RING_BYTES, given, AS_MUCH);
	begin_pipe(1, 1);
	leave_room(4095);
	want_waits("write of 20,000 bytes with room for 4,095", do_write(WRITER, 20000, 0),
		   AS_MUCH);
	WANT_STATUS("read of 1 byte", OK, do_read(READER, 1), NULL);
	want_late(0, TO_WRITER, last_deferred, OK, 4096, SERVED);
}

static void hasty(void)
{
	begin_pipe(1, 1);
	WANT_STATUS("read of an empty pipe with PIPE_NO_WAIT", ERR_WOULD_BLOCK,
		    do_read(HASTY_READER, 10), NULL);
	leave_room(100);
	WANT_STATUS("write of 101 bytes with room for 100 and PIPE_NO_WAIT", ERR_WOULD_BLOCK,
		    do_write(HASTY_WRITER, 101, 0), TOGETHER);
	WANT_STATUS("write of 5,000 bytes with room for 100 and PIPE_NO_WAIT", OK,
		    do_write(HASTY_WRITER, 5000, 0), WITHOUT_WAITING);
	WANT_U64("bytes that were taken", 100, given, WITHOUT_WAITING);
	WANT_STATUS("write of 5,000 bytes without room", ERR_WOULD_BLOCK,
		    do_write(HASTY_WRITER, 5000, 0), NULL);
	begin_pipe(1, 1);
	leave_room(100);
	WANT_STATUS("write of 101 bytes to a socket with room for 100 and PIPE_NO_WAIT", OK,
		    do_write(HASTY_SOCKET, 101, 0),
		    "PIPE_ATOMIC is a rule of pipes: a stream socket takes a part");
	WANT_U64("bytes that were taken", 100, given, NULL);
}

static void broken(void)
{
	begin_pipe(1, 1);
	leave_room(10);
	want_waits("write of 20 bytes with room for 10", do_write(WRITER, 20, 0), TOGETHER);
	cap_t reply = last_deferred;
	want_waits("a second one", do_write(WRITER, 30, 0), NULL);
	gone(true);
	WANT_U64("writers that are answered, after the last reader has gone", 2, late_count,
		 late_count ? ALL_OF_THEM : BROKEN);
	WANT_U64("Reply object of the first answer", reply, lates[0].reply, IN_ORDER);
	WANT_STATUS("status of the first", ERR_BROKEN, lates[0].status, BROKEN);
	WANT_STATUS("status of the second", ERR_BROKEN, lates[1].status, BROKEN);
	WANT_U64("requests in the writers' queue", 0, waiting_in(WRITING), NULL);
}

static void no_overtaking(void)
{
	begin_pipe(1, 2);
	leave_room(10);
	want_waits("write of 20 bytes with room for 10", do_write(WRITER, 20, 0), TOGETHER);
	cap_t first = last_deferred;
	want_waits("write of 5 bytes, which would fit, after one that waits",
		   do_write(WRITER_2, 5, 0), NULL);
	WANT_STATUS("read of 20 bytes", OK, do_read(READER, 20), NULL);
	WANT_U64("writers that were answered", 2, late_count, SERVED);
	WANT_U64("Reply object of the first answer", first, lates[0].reply, IN_ORDER);
	WANT_U64("bytes of the first", 20, lates[0].size, NULL);
	WANT_U64("bytes of the second", 5, lates[1].size, NULL);
}

static void given_up(void)
{
	cap_t reply[3];

	for (u32 which = 0; which < 3; which++) {
		u64 number[3];
		begin_pipe(2, 1);
		for (u32 i = 0; i < 3; i++) {
			want_waits("read of an empty pipe", do_read(READER, 100), LATER);
			reply[i] = last_deferred;
			number[i] = last_number();
		}
		WANT(drop(READER, number[which]), "its record names channel and way",
		     text("request %u of three is found in its queue", which), "it is not there");
		WANT_U64("requests in the queue then", 2, waiting_in(READING),
			 "one is taken out of the middle of the queue: the pointer to it, "
			 "wherever that is, then leads to the next");
		WANT_STATUS("its answer", ERR_CANCELLED, lates[0].status, NULL);
		for (u32 i = 0, at = 1; i < 3; i++) {
			if (i == which)
				continue;
			WANT_STATUS("write of 5 bytes", OK, do_write(WRITER, 5, 0), NULL);
			want_late(at++, TO_READER, reply[i], OK, 5, IN_ORDER);
		}
	}
}

static void records_again(void)
{
	begin_pipe(1, 1);
	for (u32 i = 0; i < 3 * WAITING_MAX; i++) {
		want_waits(text("read %u of an empty pipe, after as many that were answered", i),
			   do_read(READER, 100),
			   "a record is free when it has no channel, and `used` counts those "
			   "that have one");
		WANT_STATUS("write of 1 byte", OK, do_write(WRITER, 1, 0), NULL);
	}
	WANT_U64("requests that were answered late", 3 * WAITING_MAX, late_count, NULL);
}

static void too_many(void)
{
	u32 waiting = 0;

	begin_pipe(2, 1);
	while (waiting < 2 * WAITING_MAX &&
	       do_read(waiting % 3 ? READER : READER_2, 10) == STATUS_DEFERRED &&
	       waiting_in(READING) > waiting)
		waiting++;
	WANT(waiting >= WAITING_EACH && waiting <= WAITING_MAX,
	     "`used` counts the records that wait, and find_place looks at it",
	     text("between %u and %u requests wait at once", WAITING_EACH, WAITING_MAX),
	     text("%u", waiting));
	is_call = false;
	WANT_STATUS("read that is not a call, so that it cannot be answered", ERR_NO_REPLY,
		    do_read(READER, 10), "!r->is_call");
}

static void with_descriptor(void)
{
	begin_pipe(1, 1);
	leave_room(10);
	want_waits("write of 20 bytes with a descriptor, and room for 10", do_write(WRITER, 20, 77),
		   NULL);
	WANT_U64("the request's slot for capabilities then (0: it was taken)", 0, received,
		 "the runtime deletes what is left in r->server->received: a descriptor that "
		 "waits must be taken from there");
	WANT_STATUS("read of 10 bytes", OK, do_read(READER, 10), NULL);
	want_late(0, TO_WRITER, last_deferred, OK, 20, NULL);
	WANT_U64("slots that are emptied with the request", 1, slots_dropped,
		 "waiting_remove: slot_drop of a descriptor that the request brought");
	want_waits("write of 20 bytes without one", do_write(WRITER, 20, 0), NULL);
	WANT_STATUS("read of 20 bytes", OK, do_read(READER, 20), NULL);
	WANT_U64("slots that were emptied", 1, slots_dropped, "0: there is none");
}

static void at_random(void)
{
	u8 expected = 0;
	u32 readers = 0;

	begin_pipe(1, 1);
	for (u32 i = 0; i < 2000; i++) {
		u64 dice = unit_random(i);
		u32 size = 1 + (u32)(dice >> 8) % 890, seen = late_count;
		bool reads = dice % 16 < (dice >> 40 & 1 ? 10u : 6u);

		if (reads ? waiting_in(READING) > 20 : waiting_in(WRITING) > 20)
			continue;
		enum microk_status status =
			reads ? do_read(READER, size) : do_write(WRITER, size, 0);
		WANT(status == OK || status == STATUS_DEFERRED, NULL,
		     "each request is served or waits", status_word(status));
		WANT(!(waiting_in(READING) && byte_count()), LATER,
		     "no reader waits while there are bytes",
		     text("%u wait, %u bytes", waiting_in(READING), byte_count()));
		if (reads && status == OK) {
			WANT_U64(text("request %u: first byte of a read", i), expected,
				 bytes_got[0],
				 "bytes come in the order in which they were written");
			expected = (u8)(expected + length);
		}
		for (; seen < late_count; seen++)
			if (lates[seen % 64].kind == TO_READER) {
				WANT_U64(text("request %u: first byte of a late answer", i),
					 expected, lates[seen % 64].first,
					 "bytes come in the order in which they were written");
				expected = (u8)(lates[seen % 64].last + 1);
				readers++;
			}
	}
	WANT(readers > 20, NULL, "more than 20 readers were answered late", text("%u", readers));
	WANT_U64("transactions that are still open", 0, begun, NULL);
}

static void check_b(void)
{
	in_order();
	no_overtaking();
}

static void check_e(void)
{
	together();
	long_ones();
}

static void check_i(void)
{
	records_again();
	too_many();
	with_descriptor();
}

static const struct unit_check checks[] = {
	{"4.5.a", reader_waits}, {"4.5.b", check_b},  {"4.5.c", end_of_bytes},
	{"4.5.d", writer_waits}, {"4.5.e", check_e},  {"4.5.f", hasty},
	{"4.5.g", broken},       {"4.5.h", given_up}, {"4.5.i", check_i},
	{"4.5.j", at_random},
};
UNIT_MAIN(checks)
