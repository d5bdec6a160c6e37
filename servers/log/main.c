/*
 * The log: the lines of the kernel, of init and of the services, in one order, for readers.
 *
 *   lines.c     what is kept                 sources.c  the kernel's and init's lines, from shared frames
 *   writers.c   services that add lines      budget.c   how much each may add
 *   readers.c   signals to watching readers
 *
 * **The log calls no other program.** Its readers call it (the console, which shows lines on the screen and the serial line;
 * the shell's `dmesg`) and its writers call it, so no circle of calls can go through it. It reads the kernel's and init's
 * lines from memory that is mapped read-only, because neither of the two may wait for a server.
 *
 * Weighed: MINIX 3's log driver copies the kernel's messages when the kernel notifies it, and keeps one reader suspended in
 * a read; services send it theirs, and TTY shows what the kernel prints. QNX's slogger2 gives each process a buffer in
 * shared memory: logging is a few stores, one process cannot push out another's lines, and the lines survive their
 * writer. Fuchsia's kernel log is one ring that readers poll or are signalled for, while its archivist drains a socket of
 * each component. Taken from QNX: shared frames, for init, which must not wait, and a ring for each writer. Taken from
 * Fuchsia: the signal, and readers that keep their own place. Not taken: a frame for each service. A service may wait, so it
 * uses the protocol that exists for text (file.write), and pays for its lines with its own time.
 */
#include "gen/protocols/file_server.h"
#include "gen/protocols/log_server.h"
#include "lib/microk/print.h"
#include "lib/microk/startup.h"
#include "lib/microk/string.h"
#include "lib/microk/util.h"
#include "servers/log/lines.h"
#include "servers/log/readers.h"
#include "servers/log/sources.h"
#include "servers/log/writers.h"

#define HZ_UNKNOWN 2000000000ul

_Static_assert(LOG_TEXT_MAX <= LOG_READ_TEXT_MAX, "every line fits an answer");
_Static_assert(INIT_LOG_TEXT <= LOG_TEXT_MAX, "each of init's lines is kept whole");

static u64 hz = HZ_UNKNOWN;

/* ---- protocol log ---- */

static enum microk_status on_read(struct request *r, const struct log_read_args *args,
				  struct log_read_result *result)
{
	const struct line *l;

	(void)r;
	if (sources_take())
		readers_signal();
	l = lines_find(args->from);
	if (!l)
		return ERR_NOT_FOUND;
	result->number = l->number;
	result->source = l->source;
	result->on_serial = l->on_serial;
	memcpy(result->text, l->text, l->bytes);
	result->text[l->bytes] = '\0';
	return OK;
}

static enum microk_status on_watch(struct request *r, const struct log_watch_args *args)
{
	enum microk_status status = readers_watch(r->badge, args->signal);

	if (status == OK)
		r->server->received[0] = 0; /* the server loop leaves it to us */
	return status;
}

static enum microk_status on_shown(struct request *r, const struct log_shown_args *args)
{
	(void)r;
	sources_shown(args->before);
	return OK;
}

/* ---- protocol file ---- */

static enum microk_status on_write(struct request *r, const struct file_write_args *args,
				   struct file_write_result *result)
{
	u64 before;
	enum microk_status status;

	sources_take(); /* earlier lines get smaller numbers */
	before = lines_count();
	status = writers_add(r->badge, (const char *)args->data, args->data_length, tsc_read(), hz);
	if (lines_count() != before)
		readers_signal();
	if (status == OK)
		result->written = (u32)args->data_length;
	return status;
}

/* ---- the server ---- */

static void dispatch(struct request *r)
{
	static const struct log_ops log_ops = {
		.read = on_read, .watch = on_watch, .shown = on_shown};
	static const struct file_ops file_ops = {.write = on_write};

	if (request_protocol(r) == LOG_PROTOCOL)
		log_dispatch(&log_ops, r);
	else
		file_dispatch(&file_ops, r); /* which also answers unknown operations */
}

static void closed(u64 badge)
{
	u64 before = lines_count();

	readers_closed(badge);
	writers_closed(badge);
	if (lines_count() != before)
		readers_signal();
}

/* init has added a line. */
static void notified(u64 bits)
{
	(void)bits;
	if (sources_take())
		readers_signal();
}

static void find_sources(void)
{
	const struct startup_entry *area = grant_entry("info"), *init = grant_entry("init-log");
	const struct startup_entry *shown = grant_entry("init-log.shown");
	struct sources from = {0};

	if (area && area->address != 0) {
		from.info = (const struct microk_info *)area->address;
		from.info_bytes = area->pages * PAGE_SIZE;
		hz = from.info->tsc_hz;
	}
	if (init && init->pages >= INIT_LOG_PAGES)
		from.init = (const struct init_log *)init->address;
	if (shown && shown->address != 0)
		from.shown = (struct init_log_shown *)shown->address;
	sources_setup(&from);
}

int main(void)
{
	static struct server server = {
		.name = "log",
		.dispatch = dispatch,
		.closed = closed,
		.notified = notified,
		.receive_caps = 1};

	server.endpoint = grant_find("log");
	if (server.endpoint == 0) {
		print("log: the grant \"log\" is missing; add it in system.conf\n");
		return 1;
	}
	find_sources();
	sources_take();
	server_run(&server);
}
