/* Around the bytes of pipes: the channels' memory, the answers, and everything that a plain pipe does not use. */
#include "transfer_fakes.h"
#include "gen/protocols/file_server.h"
#include "lib/microk/slots.h"
#include "lib/microk/stub.h"
#include "servers/pipe/datagram.h"
#include "servers/pipe/flights.h"
#include "servers/pipe/moved.h"
#include "servers/pipe/terminal.h"
#include "servers/pipe/text.h"
#include "servers/pipe/watch.h"
#include "unit.h"

#define HUGE_WRITE 65536u

SHARED struct late lates[64];
SHARED u32 late_count;
SHARED cap_t last_deferred;
SHARED struct kept records;
SHARED u32 begun, transactions;
SHARED u32 defers, slots_dropped;
SHARED bool is_call = true;
SHARED cap_t received;
SHARED u32 length, given;
SHARED u8 bytes_got[FILE_DATA_MAX];

const struct kept *kept = &records;
struct stores *stores;
struct state kept_state;
cap_t stores_frame = 9;
u32 kept_channels = CHANNELS_MAX;
bool answers_shared[CHANNELS_MAX][WAYS];

static u8 ring[RING_BYTES];
static struct file_read_result next, last;
static u64 numbers;
static u8 next_byte; /* of all writes together */
static u8 lent[HUGE_WRITE];
static cap_t next_reply;

/* ---- State ---- */
void kept_begin(void)
{
	begun++;
	transactions++;
}
enum microk_status kept_commit(void)
{
	begun--;
	return OK;
}
void kept_abort(void)
{
	begun--;
}
void kept_write(const void *to, const void *from, u64 bytes)
{
	__builtin_memcpy((void *)(u64)to, from, bytes);
}
enum microk_status state_set(struct state *s, const u64 *word, u64 value)
{
	(void)s;
	*(u64 *)(u64)word = value;
	return OK;
}

/* ---- Bytes ---- */
static u64 placed(u32 first, u32 count)
{
	return count ? (u64)(first % RING_BYTES) << 32 | count : 0;
}
u64 channel_skip(u64 place, u32 size)
{
	return placed(place_first(place) + size, place_count(place) - size);
}
u64 channel_put(const struct channel *c, u64 place, const u8 *from, u32 size)
{
	(void)c;
	for (u32 i = 0; i < size; i++)
		ring[(place_first(place) + place_count(place) + i) % RING_BYTES] = from[i];
	return placed(place_first(place), place_count(place) + size);
}
u64 channel_get(const struct channel *c, u64 place, u8 *to, u32 size)
{
	(void)c;
	for (u32 i = 0; i < size; i++)
		to[i] = ring[(place_first(place) + i) % RING_BYTES];
	return channel_skip(place, size);
}
enum microk_status channel_put_lent(const struct channel *c, u64 *place, cap_t frame, u32 at,
				    u32 size)
{
	(void)frame;
	*place = channel_put(c, *place, lent + at, size);
	return OK;
}
enum microk_status channel_get_lent(const struct channel *c, u64 *place, cap_t frame, u32 at,
				    u32 size)
{
	(void)c, (void)frame, (void)at;
	*place = channel_skip(*place, size);
	return OK;
}

/* ---- Answers ---- */
const struct answered *answer_find(const struct channel *c, enum way way, const struct asker *who,
				   const struct file_read_result **bytes)
{
	return (void)c, (void)way, (void)who, (void)bytes, NULL;
}
enum microk_status answer_begin(const struct channel *c, enum way way, const struct asker *who)
{
	return (void)c, (void)way, (void)who, OK;
}
struct file_read_result *answer_bytes(const struct channel *c)
{
	return (void)c, &next;
}
const struct file_read_result *answer_last(const struct channel *c)
{
	return (void)c, &last;
}
void answer_keep(const struct channel *c, enum way way, const struct asker *who, u64 what)
{
	(void)c, (void)who, (void)what;
	if (way == READING)
		last = next;
}
void answer_arrived(const struct channel *c, enum way way)
{
	(void)c, (void)way;
}
void answer_undo(const struct channel *c, enum way way)
{
	(void)c, (void)way;
}

static enum microk_status note(cap_t reply, u32 kind, u32 status, u32 size, const u8 *bytes)
{
	struct late *l = &lates[late_count++ % 64];

	*l = (struct late){.reply = reply, .kind = kind, .status = status, .size = size};
	if (bytes && size)
		l->first = bytes[0], l->last = bytes[size - 1];
	return OK;
}
enum microk_status file_read_reply(cap_t reply, enum microk_status status,
				   const struct file_read_result *r)
{
	return note(reply, TO_READER, status, (u32)r->data_length, r->data);
}
enum microk_status file_write_reply(cap_t reply, enum microk_status status,
				    const struct file_write_result *r)
{
	return note(reply, TO_WRITER, status, r->written, NULL);
}
enum microk_status file_read_lent_reply(cap_t reply, enum microk_status status,
					const struct file_read_lent_result *r)
{
	return note(reply, TO_READER, status, r->length, NULL);
}
enum microk_status file_write_lent_reply(cap_t reply, enum microk_status status,
					 const struct file_write_lent_result *r)
{
	return note(reply, TO_WRITER, status, r->written, NULL);
}
enum microk_status stub_reply(cap_t reply, struct message *m)
{
	return note(reply, FAILED, TAG_LABEL(m->tag), 0, NULL);
}
cap_t reply_slot_alloc(void)
{
	return ++next_reply;
}
enum microk_status request_defer(struct request *r, cap_t reply)
{
	(void)r;
	defers++;
	last_deferred = reply;
	return OK;
}
void slot_drop(cap_t slot)
{
	(void)slot;
	slots_dropped++;
}

/* ---- Not of plain pipes ---- */
cap_t end_slot(const struct end *e, enum end_slot which)
{
	return 100 + (cap_t)(e - kept->ends) * END_SLOTS + which;
}
enum microk_status flight_add(const struct channel *c, u32 before, cap_t file)
{
	return (void)c, (void)before, (void)file, OK;
}
u32 flight_limit(const struct channel *c, u32 size)
{
	return (void)c, size;
}
void flight_read(const struct channel *c, u32 size, const struct asker *who)
{
	(void)c, (void)size, (void)who;
}
void flight_unread(const struct channel *c, u32 size, const struct asker *who)
{
	(void)c, (void)size, (void)who;
}
void flight_cut(const struct channel *c, u32 before)
{
	(void)c, (void)before;
}
void flight_clean(void) {}
void flight_recount(void) {}
void moved_recount(void) {}
void terminal_forget_signals(void) {}
void terminal_give_signals(void) {}
void watch_look(const struct channel *c)
{
	(void)c;
}
u64 datagram_head(const struct channel *c, u64 place, u32 size)
{
	return (void)c, (void)size, place;
}
enum microk_status datagram_take(const struct channel *c, const struct ask *a, u64 *place,
				 struct file_read_result *to, u32 *taken)
{
	return (void)c, (void)a, (void)place, (void)to, (void)taken, ERR_STATE;
}
u32 text_fits(const struct channel *c, const struct ask *a)
{
	return (void)c, (void)a, 0;
}
enum microk_status text_put(const struct channel *c, const struct ask *a, u64 *place, u32 *size)
{
	return (void)c, (void)a, (void)place, (void)size, ERR_STATE;
}
bool text_is_ready(const struct channel *c, const struct ask *a)
{
	return (void)c, (void)a, false;
}
struct waiter *text_reader(const struct channel *c, u64 place)
{
	return (void)c, (void)place, NULL;
}
enum microk_status text_take(const struct channel *c, const struct ask *a, u64 *place,
			     struct file_read_result *bytes, u32 *taken)
{
	return (void)c, (void)a, (void)place, (void)bytes, (void)taken, ERR_STATE;
}

/* ---- For the judge ---- */
void begin_pipe(u32 readers, u32 writers)
{
	for (u32 i = 0; i < ENDS; i++)
		waiting_close(i);
	late_count = defers = slots_dropped = begun = transactions = 0;
	is_call = true;
	records = (struct kept){0};
	records.channels[0].readers = (u16)readers;
	records.channels[0].writers = (u16)writers;
	for (u32 i = 0; i < ENDS; i++) {
		bool reads = i == READER || i == READER_2 || i == HASTY_READER;
		records.ends[i] = (struct end){
			.use = 1,
			.kind = i == HASTY_SOCKET ? KIND_SOCKET : KIND_PIPE,
			.flags = i >= HASTY_READER ? PIPE_NO_WAIT : 0,
			.in = reads,
			.out = !reads,
			.payer = 1 + i % 2};
	}
}

static struct ask ask_of(u32 end, u32 size)
{
	return (struct ask){
		.who = {.badge = end, .number = ++numbers},
		.end = &kept->ends[end],
		.size = size,
		.lent = size > FILE_DATA_MAX};
}

enum microk_status do_read(u32 end, u32 size)
{
	struct server server = {.name = "pipe"};
	struct request r = {
		.badge = end, .number = numbers + 1, .is_call = is_call, .server = &server};
	struct ask a = ask_of(end, size);
	const struct file_read_result *bytes = NULL;

	length = 0;
	enum microk_status status = transfer_read(&r, &a, &length, &bytes);
	if (status == OK && bytes)
		__builtin_memcpy(bytes_got, bytes->data, MIN(length, FILE_DATA_MAX));
	return status;
}

enum microk_status do_write(u32 end, u32 size, cap_t file)
{
	static u8 request[FILE_DATA_MAX];
	struct server server = {.name = "pipe", .received = {file}};
	struct request r = {
		.badge = end, .number = numbers + 1, .is_call = is_call, .server = &server};
	struct ask a = ask_of(end, size);
	u8 *from = a.lent ? lent : request;

	for (u32 i = 0; i < size; i++)
		from[i] = (u8)(next_byte + i);
	a.data = a.lent ? NULL : request;
	a.file = file;
	given = 0;
	enum microk_status status = transfer_write(&r, &a, &given);
	next_byte += (u8)(status == OK ? given : size);
	received = server.received[0];
	__builtin_memset(request, 0xee, sizeof(request)); /* the next request lies there */
	return status;
}

void gone(bool readers)
{
	if (readers)
		records.channels[0].readers = 0;
	else
		records.channels[0].writers = 0;
	transfer_settle(&kept->channels[0]);
}

u64 last_number(void)
{
	return numbers;
}

bool drop(u32 end, u64 number)
{
	return waiting_drop(end, number);
}

u32 waiting_in(u32 way)
{
	u32 count = 0;

	for (struct waiter *w = waiting_first(&kept->channels[0], (enum way)way); w && count < 1000;
	     w = w->next)
		count++;
	return count;
}

/* As a reader of `size` bytes whose bytes are of no interest. */
enum microk_status make_room(u32 size)
{
	return do_read(READER, size);
}

u32 byte_count(void)
{
	return channel_count(&kept->channels[0]);
}
