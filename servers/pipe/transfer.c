#include "servers/pipe/transfer.h"
#include "gen/protocols/file_server.h"
#include "lib/microk/string.h"
#include "servers/pipe/datagram.h"
#include "servers/pipe/flights.h"
#include "servers/pipe/moved.h"
#include "servers/pipe/terminal.h"
#include "servers/pipe/text.h"
#include "servers/pipe/watch.h"

struct transfer_turn transfer_turn;

static void set_turn(const struct channel *c, enum way way)
{
	transfer_turn.channel = c;
	transfer_turn.way = way;
}

/* ---- Steps of a transaction ---- */

static enum microk_status finish(const struct channel *c, u64 place)
{
	kept_set(&c->place, place);
	return kept_commit();
}

static enum microk_status give_up(enum microk_status status)
{
	kept_abort();
	moved_recount();
	flight_recount();
	terminal_forget_signals();
	return status;
}

/* The first bytes of *place go to a reader. */
static enum microk_status take(const struct channel *c, const struct ask *a, u64 *place,
			       u32 *length)
{
	enum microk_status status = answer_begin(c, READING, &a->who);
	u64 before = *place;

	if (status != OK)
		return status;
	*length = flight_limit(c, MIN(a->size, place_count(*place)));
	if (terminal_is_typed(c)) {
		status = text_take(c, a, place, answer_bytes(c), length);
	} else if (c->kind == CHANNEL_DATAGRAMS) {
		status = datagram_take(c, a, place, answer_bytes(c), length);
	} else if (a->lent) {
		status = channel_get_lent(c, place, end_slot(a->end, END_LENT), a->at, *length);
	} else {
		struct file_read_result *to = answer_bytes(c);
		*place = channel_get(c, *place, to->data, *length);
		to->data_length = *length;
	}
	if (status != OK)
		return status;
	flight_read(c, place_count(before) - place_count(*place), &a->who);
	answer_keep(c, READING, &a->who, *length | (a->lent ? ANSWERED_LENT : 0));
	return OK;
}

/* At most *size bytes of a writer go after those of *place; *size is how many have gone. */
static enum microk_status put(const struct channel *c, const struct ask *a, u64 *place, u32 *size)
{
	enum microk_status status = answer_begin(c, WRITING, &a->who);

	if (status == OK && a->file)
		status = flight_add(c, place_count(*place), a->file);
	if (status != OK)
		return status;
	if (c->kind == CHANNEL_DATAGRAMS)
		*place = datagram_head(c, *place, *size);
	if (c->terminal)
		status = text_put(c, a, place, size);
	else if (a->lent)
		status = channel_put_lent(c, place, end_slot(a->end, END_LENT), a->at, *size);
	else
		*place = channel_put(c, *place, a->data, *size);
	if (status == OK)
		answer_keep(c, WRITING, &a->who, *size);
	return status;
}

/* EXERCISE 4.5 pipes-by-deferred-reply part 2: begin */
/* How many bytes of a write can be taken now; 0: it has to wait. */
static u32 fitting(const struct channel *c, const struct ask *a)
{
	u32 room = channel_room(c);
	bool parted = a->end->flags & PIPE_NO_WAIT && a->end->kind != KIND_PIPE;

	if (c->terminal)
		return text_fits(c, a);
	if (c->kind == CHANNEL_DATAGRAMS)
		return a->size + DATAGRAM_HEAD <= room ? a->size : 0;
	if (a->size <= PIPE_ATOMIC && !parted)
		return a->size <= room ? a->size : 0;
	if (a->end->flags & PIPE_NO_WAIT || room >= PIPE_ATOMIC)
		return MIN(a->size, room);
	return 0;
}
/* EXERCISE 4.5 pipes-by-deferred-reply part 2: end */

/* ---- Those that wait ---- */

/* Answers a request that waited, by the status of its part of the transaction. False: its caller has gone. */
static bool answer(struct waiter *w, enum microk_status status, u32 length)
{
	if (status != OK) {
		waiting_fail(w, status);
		return true;
	}
	if (w->way == WRITING && w->ask.lent)
		status = file_write_lent_reply(
			w->reply, OK, &(struct file_write_lent_result){length});
	else if (w->way == WRITING)
		status = file_write_reply(w->reply, OK, &(struct file_write_result){length});
	else if (w->ask.lent)
		status =
			file_read_lent_reply(w->reply, OK, &(struct file_read_lent_result){length});
	else
		status = file_read_reply(w->reply, OK, answer_last(w->channel));
	if (status == OK)
		waiting_remove(w);
	else
		waiting_fail(w, status);
	return status == OK;
}

/* After the commit. `before`: the place as it was without this request. */
static void deliver(struct waiter *w, enum microk_status status, u32 length, u64 before)
{
	const struct channel *c = w->channel;
	const struct asker who = w->ask.who;
	enum way way = w->way;
	bool has_file = w->ask.file;

	if (answer(w, status, length)) {
		if (status == OK)
			answer_arrived(c, way);
		return;
	}
	if (c->terminal && way == WRITING)
		return; /* typed text has had its effect; it was answered, if the client still asks */
	kept_begin();
	answer_undo(c, way);
	if (way == READING)
		flight_unread(c, place_count(before) - place_count(c->place), &who);
	else if (has_file)
		flight_cut(c, place_count(before));
	finish(c, before);
}

static void serve_reader(const struct channel *c, struct waiter *w)
{
	u64 before = c->place, place = before;
	u32 length = 0;

	kept_begin();
	enum microk_status status = take(c, &w->ask, &place, &length);
	status = status == OK ? finish(c, place) : give_up(status);
	deliver(w, status, length, before);
}

static void serve_writer(const struct channel *c, struct waiter *w)
{
	u64 before = c->place, place = before;
	u32 size = fitting(c, &w->ask);

	kept_begin();
	enum microk_status status = put(c, &w->ask, &place, &size);
	status = status == OK ? finish(c, place) : give_up(status);
	deliver(w, status, size, before);
}

/* No byte comes any more. */
static void end_reader(struct waiter *w)
{
	static const struct file_read_result none;

	if (w->ask.lent)
		file_read_lent_reply(w->reply, OK, &(struct file_read_lent_result){0});
	else
		file_read_reply(w->reply, OK, &none);
	waiting_remove(w);
}

/* The reader that the bytes of `place` are for; NULL: it has to wait, or there is none. */
static struct waiter *next_reader(const struct channel *c, u64 place)
{
	if (terminal_is_typed(c))
		return text_reader(c, place);
	return place_count(place) ? waiting_first(c, READING) : NULL;
}

/* EXERCISE 4.5 pipes-by-deferred-reply part 3: begin */
/* Whether it has served one. */
static bool serve_one(const struct channel *c)
{
	struct waiter *reader = waiting_first(c, READING), *next;
	struct waiter *writer = waiting_first(c, WRITING);

	if (reader && (next = next_reader(c, c->place)))
		serve_reader(c, next);
	else if (reader && !channel_is_fed(c))
		end_reader(reader);
	else if (writer && !c->readers)
		waiting_fail(writer, ERR_BROKEN);
	else if (writer && fitting(c, &writer->ask))
		serve_writer(c, writer);
	else
		return false;
	return true;
}
/* EXERCISE 4.5 pipes-by-deferred-reply part 3: end */

/* Typed text has an echo, which waits for its reader; and room for the echo lets further text be typed. */
static void settle_terminal(const struct terminal *t)
{
	const struct channel *typed = channel_named(t->typed), *shown = channel_named(t->shown);

	do
		terminal_give_signals();
	while (serve_one(typed) || serve_one(shown));
	watch_look(typed);
	watch_look(shown);
}

void transfer_settle(const struct channel *c)
{
	const struct terminal *t = terminal_of(c);

	if (t) {
		settle_terminal(t);
		return;
	}
	while (serve_one(c))
		;
	flight_clean();
	watch_look(c);
}

/* ---- Requests ---- */

static enum microk_status wait(struct request *r, const struct channel *c, enum way way,
			       const struct ask *a)
{
	if (a->end->flags & PIPE_NO_WAIT)
		return ERR_WOULD_BLOCK;
	enum microk_status status = waiting_add(r, c, way, a);
	if (status == STATUS_DEFERRED && terminal_is_typed(c))
		transfer_settle(
			c); /* its time begins (VTIME), or it waits after those in the background alone */
	return status;
}

static bool was_served(const struct channel *c, enum way way, const struct ask *a, u32 *length,
		       const struct file_read_result **bytes)
{
	const struct answered *done = answer_find(c, way, &a->who, bytes);

	*length = done ? (u32)(done->what & ANSWERED_BYTES) : 0;
	return done;
}

static bool is_readable(const struct channel *c, const struct ask *a)
{
	return terminal_is_typed(c) ? text_is_ready(c, a) : channel_count(c) > 0;
}

enum microk_status transfer_read(struct request *r, const struct ask *a, u32 *length,
				 const struct file_read_result **bytes)
{
	const struct channel *c = channel_at(a->end->in);
	u64 place;

	if (!c || was_served(c, READING, a, length, bytes) || a->size == 0)
		return OK;
	if (!is_readable(c, a))
		return channel_is_fed(c) ? wait(r, c, READING, a) : OK;
	place = c->place;
	kept_begin();
	enum microk_status status = take(c, a, &place, length);
	status = status == OK ? finish(c, place) : give_up(status);
	if (status != OK)
		return status;
	*bytes = answer_last(c);
	set_turn(c, READING);
	transfer_settle(c);
	return OK;
}

/* The bytes that were put go to the first reader that waits, in the same transaction. */
static enum microk_status hand_over(const struct channel *c, u64 place)
{
	struct waiter *w = waiting_first(c, READING);
	u64 before = place;
	u32 length = 0;

	if (w)
		w = next_reader(c, place);
	if (!w)
		return finish(c, place);
	enum microk_status taken = take(c, &w->ask, &place, &length);
	enum microk_status status = finish(c, place);
	if (status == OK)
		deliver(w, taken, length, before);
	return status;
}

/* In a transaction: a small write to a reader that waits at an empty ring passes the ring by. */
static bool is_direct(const struct channel *c, const struct ask *from, const struct waiter *to)
{
	return to && !c->terminal && c->kind == CHANNEL_STREAM && !from->lent && !from->file &&
	       !to->ask.lent && channel_count(c) == 0 && from->size <= to->ask.size &&
	       answer_begin(c, READING, &to->ask.who) == OK;
}

/* The reader has gone: its bytes go into the ring, after all. */
static void put_back(const struct channel *c, const struct file_read_result *bytes)
{
	kept_begin();
	answer_undo(c, READING);
	finish(c, channel_put(c, 0, bytes->data, (u32)bytes->data_length));
}

static enum microk_status pass(const struct channel *c, const struct ask *from, struct waiter *to)
{
	struct file_read_result *bytes = answer_bytes(c);
	enum microk_status status = answer_begin(c, WRITING, &from->who);

	if (status != OK)
		return give_up(status);
	memcpy(bytes->data, from->data, from->size);
	bytes->data_length = from->size;
	flight_read(c, from->size, &to->ask.who);
	answer_keep(c, WRITING, &from->who, from->size);
	answer_keep(c, READING, &to->ask.who, from->size);
	status = kept_commit();
	if (status == OK && !answer(to, OK, from->size))
		put_back(c, bytes);
	else
		answer_arrived(c, READING);
	return status;
}

static enum microk_status write_now(const struct channel *c, const struct ask *a, u32 *size)
{
	struct waiter *reader = waiting_first(c, READING);
	u64 place = c->place;

	kept_begin();
	if (is_direct(c, a, reader))
		return pass(c, a, reader);
	enum microk_status status = put(c, a, &place, size);
	return status == OK ? hand_over(c, place) : give_up(status);
}

enum microk_status transfer_write(struct request *r, const struct ask *a, u32 *written)
{
	const struct channel *c = channel_at(a->end->out);
	const struct file_read_result *none;
	u32 size;

	if (c && was_served(c, WRITING, a, written, &none))
		return OK;
	if (a->size == 0)
		return OK;
	if (!c || !c->readers)
		return ERR_BROKEN;
	if (c->kind == CHANNEL_DATAGRAMS && a->size > PIPE_ATOMIC)
		return ERR_RANGE;
	size = waiting_first(c, WRITING) ? 0 : fitting(c, a);
	if (size == 0)
		return wait(r, c, WRITING, a);
	enum microk_status status = write_now(c, a, &size);
	if (status != OK)
		return status;
	*written = size;
	set_turn(c, WRITING);
	transfer_settle(c);
	return OK;
}
