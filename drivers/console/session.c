/*
 * The session: its readers and its writers, on two terminals that show the same. The current terminal is the one that
 * received the last key, and its size is the session's: a program that lays out a line redraws it at that width with
 * the next key. (tmux gives all clients of a session the size of the smallest; then a serial line of unknown width
 * would narrow a screen that a person works at.)
 *
 * A read that finds nothing is answered later. Weighed: rejecting it and having the reader wait on
 * a notification (as seL4's serial servers do), or keeping the caller in a Reply object until
 * there is something (MINIX's suspended requests, QNX's blocked clients). The second was chosen:
 * it costs a client nothing but its call, and the kernel wakes the client if the console dies.
 */
#include "drivers/console/ldisc.h"
#include "drivers/console/output.h"
#include "drivers/console/readers.h"
#include "drivers/console/session.h"
#include "drivers/console/watch_slots.h"
#include "drivers/console/watchers.h"
#include "drivers/console/written.h"
#include "gen/protocols/file_server.h"
#include "gen/protocols/tty_server.h"
#include "lib/microk/util.h"
#include "protocols/file.h"

_Static_assert(LDISC_LINE_MAX < FILE_READ_DATA_MAX, "a whole line fits one read");

static void interrupted(void)
{
	readers_fail(ERR_CANCELLED);
	if (watch_slot_has(WATCHERS_INTERRUPT))
		watch_slot_signal(watch_slot(WATCHERS_INTERRUPT));
}

static struct ldisc ldisc = {.echo = output_write, .interrupt = interrupted};
static u64 raw_badge; /* the client that asked for raw mode; the mode ends with it */
static enum output_terminal current;
static bool any_typed; /* until then a terminal that answers is the current one */
static struct server server;

static bool (*show_more)(void);
static bool behind; /* it has more to show */

static void set_deadline(void)
{
	server.deadline = behind ? 1 : output_deadline();
}

void session_behind(bool is_behind)
{
	behind = is_behind;
	set_deadline();
}

static void catch_up(void)
{
	if (behind)
		session_behind(show_more());
}

/* Serves waiting readers and draws, once for all changes of a message. */
static void settle(void)
{
	char answer[TERMINAL_ANSWER_MAX];
	size_t count = output_answer_take(answer);

	if (count > 0)
		ldisc_type(&ldisc, answer, count);
	readers_serve(&ldisc);
	watchers_look(ldisc_is_readable(&ldisc));
	output_update();
	set_deadline();
}

static void type(enum output_terminal where, const char *bytes, size_t count)
{
	if (count > 0) {
		current = where;
		any_typed = true;
	}
	ldisc_type(&ldisc, bytes, count);
	settle();
}

void session_typed(const char *bytes, size_t count)
{
	type(OUTPUT_SCREEN, bytes, count);
}

void session_received(const char *bytes, size_t count)
{
	char typed[SESSION_RECEIVE_MAX + REMOTE_HELD_MAX];

	count = output_receive(bytes, count, typed);
	if (!any_typed && output_answered())
		current = OUTPUT_LINE;
	type(OUTPUT_LINE, typed, count);
}

/* Held bytes that did not become an answer in time were typed, usually as an Escape key. */
static void expired(void)
{
	char typed[REMOTE_HELD_MAX];
	u64 due = output_deadline();

	if (!behind || (due != 0 && tsc_read() >= due))
		type(OUTPUT_LINE, typed, output_release(typed));
	catch_up();
}

/* ---- protocol file ---- */

static enum microk_status file_read(struct request *r, const struct file_read_args *args,
				    struct file_read_result *result)
{
	result->data_length = 0;
	if (args->size == 0) /* does not queue */
		return OK;
	enum microk_status status = readers_add(r, MIN(args->size, (u32)sizeof(result->data)));

	/* Also of bytes that are there: they are consumed only once the reader has them, so a read that its client
	 * has given up had no effect. */
	if (status == STATUS_DEFERRED)
		readers_serve(&ldisc);
	watchers_look(ldisc_is_readable(&ldisc));
	return status;
}

static enum microk_status file_write(struct request *r, const struct file_write_args *args,
				     struct file_write_result *result)
{
	output_write(args->data, args->data_length);
	settle();
	result->written = (u32)args->data_length;
	written_keep(r, result->written);
	return OK;
}

/* The client has given up waiting for a read or a write. */
static enum microk_status file_abandon(struct request *r)
{
	return readers_drop(r->badge, r->number) ? ERR_CANCELLED : written_find(r);
}

static enum microk_status file_stat(struct request *r, struct file_stat_result *result)
{
	char typed[FILE_READ_DATA_MAX];

	(void)r;
	result->kind = KIND_TERMINAL;
	result->size = ldisc_peek(&ldisc, typed, sizeof(typed)).bytes;
	return OK;
}

static enum microk_status file_entry(struct request *r, const struct file_entry_args *args,
				     struct file_entry_result *result)
{
	(void)r, (void)args, (void)result;
	return ERR_NOT_DIR;
}

static enum microk_status file_watch(struct request *r, const struct file_watch_args *args)
{
	if (args->events & ~(EVENT_READABLE | EVENT_WRITABLE))
		return ERR_ARG;
	if ((args->events & EVENT_READABLE && !(r->prot & FILE_RIGHT_READ >> RIGHT_PROT_SHIFT)) ||
	    (args->events & EVENT_WRITABLE && !(r->prot & FILE_RIGHT_WRITE >> RIGHT_PROT_SHIFT)))
		return ERR_RIGHTS;
	return watchers_set(r->badge, args->events, args->signal, ldisc_is_readable(&ldisc));
}

static const struct file_ops file_ops = {
	.abandon = file_abandon,
	.read = file_read,
	.write = file_write,
	.stat = file_stat,
	.entry = file_entry,
	.watch = file_watch};

/* ---- protocol tty ---- */

static enum microk_status tty_mode(struct request *r, const struct tty_mode_args *args)
{
	if (args->raw > 1)
		return ERR_ARG;
	raw_badge = r->badge;
	ldisc_set_raw(&ldisc, args->raw);
	settle(); /* a half-typed line may have become readable */
	return OK;
}

static enum microk_status tty_size(struct request *r, struct tty_size_result *result)
{
	struct output_size size = output_size(current);

	(void)r;
	result->columns = size.columns;
	result->rows = size.rows;
	result->narrowest = size.columns;
	for (enum output_terminal t = OUTPUT_SCREEN; t <= OUTPUT_LINE; t++)
		if (output_has(t))
			result->narrowest = MIN(result->narrowest, output_size(t).columns);
	return OK;
}

static enum microk_status tty_measure(struct request *r)
{
	(void)r;
	output_ask();
	return OK;
}

static enum microk_status tty_interrupt(struct request *r, const struct tty_interrupt_args *args)
{
	enum microk_status status = watch_slot_check(args->signal);

	(void)r;
	if (status != OK)
		return status;
	watch_slot_drop(WATCHERS_INTERRUPT);
	return watch_slot_keep(WATCHERS_INTERRUPT, args->signal);
}

static const struct tty_ops tty_ops = {
	.mode = tty_mode, .size = tty_size, .measure = tty_measure, .interrupt = tty_interrupt};

/* ---- the server ---- */

static void dispatch(struct request *r)
{
	if (request_protocol(r) == TTY_PROTOCOL)
		tty_dispatch(&tty_ops, r);
	else
		file_dispatch(&file_ops, r); /* it also rejects unknown operations */
	catch_up();
}

static void closed(u64 badge)
{
	readers_forget(badge);
	watchers_forget(badge);
	if (ldisc.raw && raw_badge == badge)
		ldisc_set_raw(&ldisc, false);
	settle();
}

_Noreturn void session_run(cap_t endpoint, void (*notified)(u64 bits), bool (*more)(void))
{
	show_more = more;
	current = output_has(OUTPUT_SCREEN) ? OUTPUT_SCREEN : OUTPUT_LINE;
	server.name = "console";
	server.dispatch = dispatch;
	server.closed = closed;
	server.expired = expired;
	server.endpoint = endpoint;
	server.notified = notified;
	server.receive_caps = 1;
	watchers_take_over();
	server_run(&server);
}
