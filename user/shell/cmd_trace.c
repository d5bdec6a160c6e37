/*
 * trace: shows which process called which server, with which message, and how long the answer took.
 *
 * The kernel records while a command runs, or for some seconds; then the ring is copied and shown.
 * If it were shown while recording is on, most of the recorded messages would be those of the display itself.
 */
#include "gen/protocols/names.h"
#include "protocols/inspect_caps.h"
#include "gen/lib/microk/methods.h"
#include "microk/cap.h"
#include "microk/info.h"
#include "lib/microk/print.h"
#include "lib/microk/startup.h"
#include "lib/microk/string.h"
#include "lib/microk/util.h"
#include "user/shell/command.h"
#include "user/shell/output.h"
#include "user/shell/duration.h"
#include "user/shell/interruptible.h"
#include "lib/trace/table.h"

extern const struct command command_trace;

#define ROWS_SHOWN 40 /* without -n */
#define SECONDS_MAX 60
#define SERVERS_MAX 32
#define DEPTH_SHOWN 6

static struct trace_window window; /* static, like the rows: too large for the stack */
static struct trace_row rows[TRACE_ENTRIES];

/* ---- The server of each Endpoint, for messages without an answer yet ---- */

static struct server {
	u64 endpoint; /* identity */
	char name[INSPECT_INFO_NAME_MAX + 1];
} servers[SERVERS_MAX];
static u32 server_count;

static const char *server_name(u64 endpoint)
{
	for (u32 i = 0; i < server_count; i++)
		if (servers[i].endpoint == endpoint)
			return servers[i].name;
	return NULL;
}

/* Adds the Endpoints that a process may receive from. init has made all Endpoints and can receive from each, so it must come
 * last: then only Endpoints without another receiver are left for it. */
static void collect_endpoints(cap_t supervisor, u32 id)
{
	struct inspect_info_result process;
	struct inspect_cap_args from = {.id = id, .slot = 0};
	struct inspect_cap_result cap;

	if (inspect_info(supervisor, id, &process) != OK)
		return;
	while (server_count < SERVERS_MAX && inspect_next_cap(supervisor, &from, &cap) == OK) {
		if (cap.type != CAP_ENDPOINT || !(cap.rights & RIGHT_READ) ||
		    server_name(cap.object))
			continue;
		struct server *s = &servers[server_count++];
		s->endpoint = cap.object;
		string_copy(s->name, sizeof(s->name), process.name);
	}
}

static void collect_servers(void)
{
	cap_t supervisor = grant_find("supervisor");
	struct inspect_next_result first, next;

	server_count = 0;
	if (supervisor == 0 || inspect_next(supervisor, 0, &first) != OK)
		return;
	for (next = first; inspect_next(supervisor, next.id, &next) == OK;)
		collect_endpoints(supervisor, next.id);
	collect_endpoints(supervisor, first.id);
}

/* ---- Showing ---- */

/* Tenths of a microsecond. */
static u64 tenths(u64 ticks, u64 hz)
{
	return hz >= 10000000 ? ticks / (hz / 10000000) : 0;
}

static void show_row(const struct trace_row *r, u64 hz)
{
	const struct trace_entry *e = &window.entry[r->entry];
	bool answered = r->answer < window.count;
	const struct trace_entry *a = &window.entry[answered ? r->answer : r->entry];
	const char *message = protocol_op_name(TAG_LABEL(e->tag)), *to;
	char label[16], from[40], server[17] = {0};
	u64 at = tenths(e->tsc - window.entry[0].tsc, hz);

	memcpy(server, a->name, 16); /* the thread that answers is the server */
	to = answered ? server : server_name(e->object);
	if (!message) {
		format(label, sizeof(label), "0x%x", TAG_LABEL(e->tag));
		message = label;
	}
	format(from, sizeof(from), "%*s%.16s", (int)MIN(r->depth, DEPTH_SHOWN) * 2, "", e->name);
	out("%8lu.%lu  %-16s %-12s %-16s %5u", at / 10, at % 10, from, to ? to : "?", message,
	    TAG_LENGTH(e->tag));
	if (!answered) {
		out_text(e->kind == TRACE_SEND ? "  sent" : "  no answer yet");
	} else {
		u64 took = tenths(a->tsc - e->tsc, hz);
		out("%9lu.%lu", took / 10, took % 10);
		if (TAG_LABEL(a->tag) != OK)
			out("  %s", status_name((enum microk_status)TAG_LABEL(a->tag)));
	}
	out("\n");
}

static void show(u32 most, u64 hz)
{
	u32 count = trace_rows(&window, rows), shown = MIN(count, most);

	for (u32 i = 0; i < shown; i++)
		if (rows[i].answer == window.count) {
			collect_servers();
			break;
		}
	if (shown > 0)
		out("%10s  %-16s %-12s %-16s %5s %10s\n", "AT us", "CALLER", "SERVER", "MESSAGE",
		    "WORDS", "TOOK us");
	for (u32 i = 0; i < shown; i++)
		show_row(&rows[i], hz);
	if (window.missed > 0)
		out("trace: the ring holds %u events; %'lu older ones are lost\n", TRACE_ENTRIES,
		    window.missed);
	if (shown < count)
		out("trace: %u more; trace -n %u shows all\n", count - shown, count);
	out("%u %s\n", count, count == 1 ? "message" : "messages");
}

/* ---- Recording ---- */

/* The milliseconds in a word such as "2s" or "0.5s"; 0 for any other word. */
static u64 milliseconds_of(const char *word)
{
	size_t length = strlen(word);
	u64 ms;

	if (length < 2 || word[length - 1] != 's' || !duration_parse(word, word + length - 1, &ms))
		return 0;
	return ms <= SECONDS_MAX * 1000ul ? ms : 0;
}

/* Runs the command, or waits, with recording on. Returns an exit status: the command's, EXIT_INTERRUPTED after ^C in the wait. */
static int record(cap_t kernel, const struct command *c, u32 count, char **words, u64 ms)
{
	enum microk_status status = c ? OK : interruptible_prepare();
	int exit = EXIT_OK;

	if (status == OK)
		status = kernel_trace(kernel, 1);
	if (status == OK && c) {
		exit = command_run(c, count, words);
		out_flush(); /* its output is a message to record, too */
	} else if (status == OK) {
		status = interruptible_wait(ms);
	}
	kernel_trace(kernel, 0);
	if (status == OK)
		return exit;
	if (status == ERR_CANCELLED)
		return EXIT_INTERRUPTED;
	err_row("trace: %s: %s", status_name(status), status_text(status));
	return EXIT_FAILED;
}

/* The command to record, or the time: NULL and no time, after a message, if the word is neither. */
static const struct command *find_subject(const char *word, u64 *ms)
{
	const struct command *c = command_find(word);

	*ms = c ? 0 : milliseconds_of(word);
	if (c == &command_trace)
		err_row("trace: it cannot trace itself");
	else if (!c && *ms == 0)
		err_row("trace: \"%s\" is neither a command nor a time such as 2s (at most %us)",
			word, SECONDS_MAX);
	return c == &command_trace ? NULL : c;
}

static int trace_run(const struct arguments *a)
{
	u64 most = ROWS_SHOWN, ms;

	if (a->value && (!string_number(a->value, &most) || most < 1))
		return command_usage(&command_trace);
	const struct command *c = find_subject(a->word[0], &ms);
	if (!c && ms == 0)
		return EXIT_FAILED;
	const struct microk_info *info = command_info_area("trace");
	const struct startup_entry *e = grant_entry("trace");
	cap_t kernel = command_grant("trace", "trace.switch");
	if (!info || !e || kernel == 0)
		return EXIT_FAILED;
	const struct trace *ring = (const struct trace *)e->address;
	out_flush();
	u64 from = ring->written;
	int exit = record(kernel, c, a->count, a->word, ms);
	trace_copy(ring, from, &window);
	show((u32)MIN(most, (u64)TRACE_ENTRIES), info->tsc_hz);
	return exit;
}

const struct command command_trace = {
	.name = "trace",
	.usage = "trace [-n N] WHAT",
	.summary = "Show the calls between processes while a command runs",
	.details = "WHAT is a command with its arguments, or a time such as 2s. The first N (40)\n"
		   "messages of all processes are shown, in the order of sending. A server's own\n"
		   "calls for a caller are indented below that caller's. WORDS is a message's\n"
		   "length (8 travel in registers), TOOK the time until the answer. Calls take\n"
		   "longer than without a trace, as the kernel does not use its fast path then.",
	.completes = COMPLETES_COMMAND_LINE,
	.accepts = {"n:", 1, ARGUMENTS_MANY},
	.run = trace_run,
};
