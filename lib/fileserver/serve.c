/*
 * The requests.
 *
 * Both protocols arrive at one Endpoint, and the badge decides: a client's badge is the root of all, and may use dir; a
 * description's badge may use file, and dir if it is of a directory. A file that was passed on stays one file.
 */
#include "lib/fileserver/serve.h"
#include "lib/fileserver/account.h"
#include "lib/fileserver/handle.h"
#include "lib/fileserver/locks.h"
#include "lib/fileserver/met.h"
#include "lib/fileserver/once.h"
#include "lib/fileserver/opening.h"
#include "lib/fileserver/serve_parts.h"
#include "lib/fileserver/waiting.h"
#include "lib/fileserver/watch.h"

#define STARTS_MOST 4u /* pages can leave the cache before the request that needs them runs again */

static const struct fileserver *self;
static struct server server;

/* Of the request that runs. */
static struct {
	bool finishes; /* it is not put aside */
	u32 starts;    /* of reads of the disk, after which it was */
} turn = {.finishes = true};

/* A request as it came. */
static struct {
	struct message message;
	u64 words[MSG_WORDS];
} came;

/* An answer that cannot be given: its capability must not stay. */
static void take_back(const struct message *m)
{
	for (u32 i = 0; i < TAG_CAPS(m->tag); i++)
		handle_unmint(ipc_buffer->send_caps[i]);
}

/* Runs the request as one transaction. False: it needs the disk first, and has changed nothing. */
static bool run(struct request *r)
{
	keep_begin();
	serve_route(r);
	u16 label = TAG_LABEL(r->message->tag);
	enum microk_status status = OK;
	if (label == OK)
		status = keep_commit();
	else
		keep_abort();
	if (status != OK) {
		take_back(r->message);
		r->message->tag = TAG(status, 0);
	}
	opening_settle(label == OK && status == OK);
	if (label == OK && status == OK)
		account_settle();
	else
		account_undo();
	handle_settle();
	return label != FS_WAIT;
}

static bool run_again(struct request *r, u32 *starts)
{
	turn.starts = *starts;
	bool done = run(r);
	*starts = turn.starts;
	turn.starts = 0;
	return done;
}

static void do_work(u64 bits)
{
	if (self->work) {
		server.deadline = 0;
		u64 tick = self->work(bits);
		if (tick)
			fileserver_wake(tick);
	}
	opening_go_on();
	met_look();
	waiting_retry(&server, run_again);
	watch_look();
}

static void save(const struct request *r)
{
	came.message = *r->message;
	for (u32 i = MSG_REGS; i < r->length; i++)
		came.words[i] = ipc_buffer->words[i];
}

static void restore(struct request *r)
{
	*r->message = came.message;
	for (u32 i = MSG_REGS; i < r->length; i++)
		ipc_buffer->words[i] = came.words[i];
}

bool fileserver_may_wait(bool starts)
{
	if (turn.finishes || (starts && turn.starts == STARTS_MOST))
		return false;
	turn.starts += starts;
	return true;
}

/* A read is in registers, which hold the request as it came for as long as there is no answer. */
static void put_aside(struct request *r)
{
	bool is_kept = waiting_has_share(r->badge) && waiting_add(r, turn.starts);

	turn.starts = 0;
	if (is_kept)
		return;
	turn.finishes = true;
	run(r);
	turn.finishes = false;
}

static bool is_other(const struct request *r)
{
	return self->other && request_protocol(r) != DIR_PROTOCOL &&
	       request_protocol(r) != FILE_PROTOCOL;
}

static void serve(struct request *r)
{
	if (is_other(r)) {
		self->other(r);
		return;
	}
	if (!self->wait) {
		if (!run(r))
			put_aside(r);
		return;
	}
	save(r);
	while (!run(r)) {
		restore(r);
		if (waiting_add(r, 0))
			return;
		/* All Replies are in use: no other request is received until this one is served. */
		self->wait();
		do_work(0);
		restore(r);
	}
}

/* A request may have changed what others wait for: they run after this answer. */
static void wake_due(void)
{
	met_look();
	if (waiting_is_due())
		fileserver_wake(1); /* the past */
}

static void dispatch(struct request *r)
{
	serve(r);
	wake_due();
}

/* The last capability of a client's is gone: nothing that is kept for it is asked for any more. */
static void client_gone(u64 badge)
{
	keep_begin();
	bool others = once_forget(badge);
	keep_commit();
	if (others)
		account_recount();
	locks_drop(badge);
	handle_opener_closed(badge);
}

/* EXERCISE 3.1 open-read-close: begin */
void serve_route(struct request *r)
{
	/* A request of neither protocol keeps the runtime's answer, ERR_PROTOCOL. */
	if (request_protocol(r) == DIR_PROTOCOL)
		dir_dispatch(&serve_dir_ops, r);
	else if (request_protocol(r) == FILE_PROTOCOL && badge_is_description(r->badge))
		file_dispatch(&serve_file_ops, r);
}

static void closed(u64 badge)
{
	const struct description *d = description_find(badge);

	if (d)
		handle_closed(d);
	if (!badge_is_description(badge))
		client_gone(badge);
}
/* EXERCISE 3.1 open-read-close: end */

static void any_closed(u64 badge)
{
	if (!self->other_closed || !self->other_closed(badge))
		closed(badge);
	wake_due();
}

static void undelivered(u64 badge, const cap_t *sent, u32 count)
{
	(void)badge;
	for (u32 i = 0; i < count; i++)
		handle_lost(sent[i]);
}

static void delivered(const cap_t *sent, u32 count)
{
	for (u32 i = 0; i < count; i++)
		handle_arrived(sent[i]);
}

void fileserver_wake(u64 tick)
{
	if (server.deadline == 0 || tick < server.deadline)
		server.deadline = tick;
}

static void expired(void)
{
	do_work(0);
}

enum microk_status fileserver_open(const struct fileserver *f, bool *was_there)
{
	enum microk_status status = keep_open(&f->keep, was_there);

	if (status == OK)
		status = lent_setup(f->keep.first_slot + keep_description_count(), f->pool);
	if (status == OK && (f->wait || f->reads_wait))
		status = waiting_setup();
	if (status != OK)
		return status;
	self = f;
	opening_take_over();
	watch_setup(f->keep.watches ? f->keep.first_slot + 2 * keep_description_count() : 0);
	watch_take_over(); /* counts the watches, also of those that are closed next */
	if (f->keep.shares)
		met_setup(f->keep.first_slot +
			  (f->keep.watches ? 3 : 2) * (cap_t)keep_description_count());
	handle_setup(f->endpoint, f->keep.first_slot);
	handle_take_over();
	lent_take_over();
	return OK;
}

_Noreturn void fileserver_run(const struct fileserver *f)
{
	server = (struct server){
		.name = f->name,
		.endpoint = f->endpoint,
		.dispatch = dispatch,
		.closed = any_closed,
		.notified = do_work,
		.expired = expired,
		.delivered = delivered,
		.undelivered = undelivered,
		.receive_caps = 1,
	};
	do_work(0);
	turn.finishes = !f->reads_wait;
	server_run(&server);
}
