/*
 * Waiting readers. A Reply object holds each of them. One is made when the console starts: whether a
 * lone reader finds a typed line or waits for it must not change the memory in use. The others are made
 * when first needed and kept, so their memory grows with the largest number of readers that ever waited at once.
 *
 * A reader may die while it waits. Then its answer cannot be delivered. The typed bytes are not
 * lost with it: they go back to their place.
 */
#include "drivers/console/readers.h"
#include "drivers/console/kept.h"
#include "drivers/console/output.h"
#include "gen/protocols/file_server.h"
#include "lib/microk/util.h"

struct reader {
	u64 badge;
	u64 number; /* of its request */
	cap_t reply;
	u32 size;
	u64 due;  /* VTIME: it is answered then; 0: it waits for bytes alone */
	u32 seen; /* units that were there when its time began */
};

static struct reader waiting[READERS_MAX]; /* in order of arrival */
static u32 waiting_count;
static cap_t spare[READERS_MAX]; /* Reply objects that hold no caller */
static u32 spare_count;

bool readers_init(void)
{
	spare[0] = reply_slot_alloc();
	spare_count = spare[0] != 0;
	return spare_count > 0;
}

u32 readers_waiting(void)
{
	return waiting_count;
}

/* Takes a reader off the queue. Its Reply object must hold no caller any more. */
static void remove_at(u32 at)
{
	spare[spare_count++] = waiting[at].reply;
	waiting_count--;
	for (; at < waiting_count; at++)
		waiting[at] = waiting[at + 1];
}

static u32 readers_of(u64 badge)
{
	u32 count = 0;

	for (u32 at = 0; at < waiting_count; at++)
		count += waiting[at].badge == badge;
	return count;
}

/* Reuses the place of a reader that gave up: its deadline passed, or it was cancelled. The kernel does not
 * report that, but the reader's Reply object accepts another caller. Returns whether it accepted this one. */
static bool replace_absent(struct request *r, u32 size)
{
	for (u32 at = 0; at < waiting_count; at++) {
		cap_t reply = waiting[at].reply;
		if (request_defer(r, reply) != OK)
			continue;
		remove_at(at);
		spare_count--; /* the object holds the new caller: it is not spare */
		waiting[waiting_count++] = (struct reader){r->badge, r->number, reply, size, 0, 0};
		return true;
	}
	return false;
}

/* Answers the newest reader of the client with the most readers, if that client has at least two more than
 * the caller's. So no client can keep the others from the terminal with many threads. */
static bool make_room(u64 badge)
{
	u32 newest = 0, most = 0;

	for (u32 at = 0; at < waiting_count; at++) {
		u32 count = readers_of(waiting[at].badge);
		if (count >= most)
			newest = at, most = count;
	}
	if (most <= readers_of(badge) + 1)
		return false;
	file_read_reply(waiting[newest].reply, ERR_NO_SPACE, NULL);
	remove_at(newest);
	return true;
}

enum microk_status readers_add(struct request *r, u32 size)
{
	if (!r->is_call)
		return ERR_NO_REPLY;
	if (waiting_count == READERS_MAX) {
		if (replace_absent(r, size))
			return STATUS_DEFERRED;
		if (!make_room(r->badge))
			return ERR_NO_SPACE;
	}
	cap_t reply = spare_count > 0 ? spare[--spare_count] : reply_slot_alloc();
	if (reply == 0)
		return ERR_NO_SPACE;
	enum microk_status status = request_defer(r, reply);
	if (status != OK) {
		spare[spare_count++] = reply;
		return status;
	}
	waiting[waiting_count++] = (struct reader){r->badge, r->number, reply, size, 0, 0};
	return STATUS_DEFERRED;
}

/* Whether the reader has waited for further bytes as long as VTIME lets it. Each byte begins the time anew. */
static bool is_over(struct reader *r, const struct ldisc_take *take)
{
	u64 now = tsc_read();

	if (!take->tenths) {
		r->due = 0;
		return false;
	}
	if (!r->due || r->seen != take->units) {
		r->due = now + output_ticks(take->tenths);
		r->seen = take->units;
	}
	return now >= r->due;
}

u64 readers_deadline(void)
{
	return waiting_count > 0 ? waiting[0].due : 0;
}

/* The reader's bytes leave the ring, and come back if it does not get them. Returns false if there are none. */
static bool serve_first(void)
{
	const struct reader first = waiting[0];
	struct file_read_result result;
	struct ldisc_take take = ldisc_peek(&kept->ldisc, (char *)result.data, first.size);

	if (!take.ready && !is_over(&waiting[0], &take))
		return false;
	result.data_length = take.bytes;
	delivered_keep(&kept->delivered, &kept->ldisc.ready, first.badge, first.number, take.units);
	ldisc_consume(&kept->ldisc, take);
	kept_commit();
	if (file_read_reply(first.reply, OK, &result) != OK) {
		delivered_forget(&kept->delivered, first.badge, first.number);
		kept->ldisc.ready.tail -= take.units;
		kept_commit();
	}
	remove_at(0);
	return true;
}

void readers_serve(void)
{
	while (waiting_count > 0 && serve_first())
		;
}

void readers_fail(enum microk_status status)
{
	while (waiting_count > 0) {
		file_read_reply(waiting[0].reply, status, NULL);
		remove_at(0);
	}
}

bool readers_drop(u64 badge, u64 number)
{
	for (u32 at = 0; at < waiting_count; at++) {
		if (waiting[at].badge != badge || waiting[at].number != number)
			continue;
		file_read_reply(waiting[at].reply, ERR_CANCELLED,
				NULL); /* the caller went on; this empties the Reply object */
		remove_at(at);
		return true;
	}
	return false;
}

void readers_forget(u64 badge)
{
	for (u32 at = 0; at < waiting_count;) {
		if (waiting[at].badge != badge) {
			at++;
			continue;
		}
		/* A reader that still waits wakes with the error. A reader that is gone is not answered. */
		file_read_reply(waiting[at].reply, ERR_GONE, NULL);
		remove_at(at);
	}
}
