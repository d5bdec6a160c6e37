/*
 * The server of pipes: bytes that one program writes and another reads, with their order, their waiting and their ends.
 *
 * It calls no other server, and waits for nothing but its clients. A request that cannot be served yet is answered later
 * (waiting.h). Killed at any moment, it loses no byte, gives none twice, and keeps their order: the next instance goes on with
 * the state area and the bytes beside it (kept.h), and clients repeat what was not answered.
 *
 *   kept, channel                what outlives the instance
 *   ends, make, close            descriptions and their capabilities
 *   answers, moved, waiting      answers given, and those still owed
 *   transfer, lent, watch        bytes from writers to readers
 *   flights                      descriptors that go with them
 *   pending, listen              connections that wait at a listener
 *   terminal, text               pseudo-terminals, and their bytes
 *   serve_file, serve_pipe, …    the protocols
 */
#include "lib/microk/print.h"
#include "lib/microk/startup.h"
#include "servers/pipe/close.h"
#include "servers/pipe/flights.h"
#include "servers/pipe/listen.h"
#include "servers/pipe/make.h"
#include "servers/pipe/serve_parts.h"
#include "servers/pipe/transfer.h"
#include "servers/pipe/terminal.h"
#include "servers/pipe/text.h"
#include "servers/pipe/watch.h"
#include "microk/info.h"

/* Assumed without the information area: about the rate of a present-day processor. */
#define HZ_UNKNOWN 2000000000ul

static void closed(u64 badge);
static void delivered(const cap_t *sent, u32 count);
static void undelivered(u64 badge, const cap_t *sent, u32 count);
static void dispatch(struct request *r);
static void expired(void);

static struct server server = {
	.name = "pipe",
	.dispatch = dispatch,
	.expired = expired,
	.closed = closed,
	.delivered = delivered,
	.undelivered = undelivered,
	.receive_caps = 1};

/* Several clients share the channel: whether this answer arrives has to be known (answers.h). */
static void answer_now(struct request *r, const struct channel *c, enum way way)
{
	if (!r->is_call || r->deferred || TAG_LABEL(r->message->tag) != OK)
		return;
	r->deferred = true;
	if (ipc(SYS_REPLY, 0, r->message) == OK)
		answer_arrived(c, way);
}

/* A connection that was accepted, and whose answer was lost, waits again. */
static void settle_noted(void)
{
	const struct channel *c = pending_again;

	pending_again = NULL;
	if (c)
		listen_settle(c);
}

static void dispatch(struct request *r)
{
	if (request_protocol(r) == FILE_PROTOCOL)
		file_dispatch(&serve_file_ops, r);
	else if (request_protocol(r) == PIPE_PROTOCOL)
		pipe_dispatch(&serve_pipe_ops, r);
	else if (request_protocol(r) == TTY_PROTOCOL)
		tty_dispatch(&serve_tty_ops, r);
	const struct channel *c = transfer_turn.channel;
	transfer_turn.channel = NULL;
	if (c && answer_is_shared(c, transfer_turn.way))
		answer_now(r, c, transfer_turn.way);
	settle_noted();
	server.deadline = text_deadline();
}

static void expired(void)
{
	text_expired(transfer_settle);
	server.deadline = text_deadline();
}

static void closed(u64 badge)
{
	const struct end *e = end_find(badge);

	if (e && !make_closed(e))
		close_end(e);
	make_client_gone(badge); /* a FIFO's descriptions are made by way of its own */
	server.deadline = text_deadline();
}

static void delivered(const cap_t *sent, u32 count)
{
	(void)count;
	if (!flight_arrived(sent[0]))
		make_arrived(sent[0]);
}

static void undelivered(u64 badge, const cap_t *sent, u32 count)
{
	(void)badge, (void)count;
	if (!flight_lost(sent[0]))
		make_lost(sent[0]);
	settle_noted();
}

static u64 ticks_in_tenth(void)
{
	const struct startup_entry *area = grant_entry("info");
	const struct microk_info *info = area ? (const void *)area->address : NULL;

	return (info && info->magic == INFO_MAGIC ? info->tsc_hz : HZ_UNKNOWN) / 10;
}

int main(void)
{
	server.endpoint = grant_find("pipe");
	enum microk_status status = server.endpoint ? kept_open() : ERR_NOT_FOUND;
	if (status != OK) {
		print("pipe: cannot begin: %s; it needs the grants of stages/4-shell/system.conf\n",
		      status_text(status));
		return 1;
	}
	ends_setup(server.endpoint);
	text_setup(ticks_in_tenth());
	watch_take_over();
	terminal_take_over();
	close_take_over();
	server_run(&server);
}
