/*
 * Waiting readers. Each holds a Reply object; these are made when first needed and kept, so the
 * number of readers that ever waited at once is all the memory they cost.
 *
 * A reader may die while it waits. Then its answer cannot be delivered, and what was typed is not
 * lost with it: bytes leave the line discipline only after a reader has them.
 */
#include "drivers/console/readers.h"
#include "gen/servers/vfs/file_server.h"

struct reader {
	u64 badge;
	cap_t reply;
	u32 size;
};

static struct reader waiting[READERS_MAX]; /* in order of arrival */
static u32 waiting_count;
static cap_t spare[READERS_MAX]; /* Reply objects that hold nobody */
static u32 spare_count;

u32 readers_waiting(void)
{
	return waiting_count;
}

enum microk_status readers_add(struct request *r, u32 size)
{
	if (waiting_count == READERS_MAX)
		return ERR_NO_SPACE;
	cap_t reply = spare_count > 0 ? spare[--spare_count] : reply_slot_alloc();
	if (reply == 0)
		return ERR_NO_SPACE;
	enum microk_status status = request_defer(r, reply);
	if (status != OK) {
		spare[spare_count++] = reply;
		return status;
	}
	waiting[waiting_count++] = (struct reader){r->badge, reply, size};
	return STATUS_DEFERRED;
}

/* Takes a reader off the queue; its Reply object holds nobody any more. */
static void remove_at(u32 at)
{
	spare[spare_count++] = waiting[at].reply;
	waiting_count--;
	for (; at < waiting_count; at++)
		waiting[at] = waiting[at + 1];
}

void readers_serve(struct ldisc *l)
{
	char data[FILE_READ_DATA_MAX];

	while (waiting_count > 0) {
		struct ldisc_take take = ldisc_peek(l, data, waiting[0].size);
		if (!take.ready)
			return;
		if (file_read_reply(waiting[0].reply, OK, data, take.bytes) == OK)
			ldisc_consume(l, take);
		remove_at(0);
	}
}

void readers_fail(enum microk_status status)
{
	while (waiting_count > 0) {
		file_read_reply(waiting[0].reply, status, NULL, 0);
		remove_at(0);
	}
}

void readers_forget(u64 badge)
{
	for (u32 at = 0; at < waiting_count;) {
		if (waiting[at].badge != badge) {
			at++;
			continue;
		}
		/* Whoever still waits there hears of it; nobody does if the thread is gone. */
		file_read_reply(waiting[at].reply, ERR_GONE, NULL, 0);
		remove_at(at);
	}
}
