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
#include "lib/microk/pause.h"
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
	out("%u messages\n", count);
}

/* ---- Recording ---- */

/* The seconds in a word such as "2s"; 0 for any other word. */
static u64 seconds_of(const char *word)
{
	char digits[4];
	size_t length = strlen(word);
	u64 n;

	if (length < 2 || length > sizeof(digits) || word[length - 1] != 's')
		return 0;
	memcpy(digits, word, length - 1);
	digits[length - 1] = '\0';
	return string_number(digits, &n) && n <= SECONDS_MAX ? n : 0;
}

/* Runs the command, or waits, with recording on. On failure it prints the reason and returns false. */
static bool record(cap_t kernel, const struct command *c, u32 count, char **words, u64 ticks)
{
	enum microk_status status = kernel_trace(kernel, 1);

	if (status == OK && c) {
		command_run(c, count, words);
		out_flush(); /* its output is a message to record, too */
	} else if (status == OK) {
		status = pause_ticks(ticks);
	}
	kernel_trace(kernel, 0);
	if (status != OK)
		out("trace: %s: %s\n", status_name(status), status_text(status));
	return status == OK;
}

/* The command to record, or the time: NULL and no seconds, after a message, if the word is neither. */
static const struct command *find_subject(const char *word, u64 *seconds)
{
	const struct command *c = command_find(word);

	*seconds = c ? 0 : seconds_of(word);
	if (c == &command_trace)
		out("trace: it cannot trace itself\n");
	else if (!c && *seconds == 0)
		out_row("trace: \"%s\" is neither a command nor a time such as 2s (at most %us)",
			word, SECONDS_MAX);
	return c == &command_trace ? NULL : c;
}

static void trace_run(u32 count, char **words)
{
	u64 most = ROWS_SHOWN, seconds;
	u32 first = 1;

	if (count > 2 && strcmp(words[1], "-n") == 0) {
		first = 3;
		if (!string_number(words[2], &most) || most < 1)
			first = count;
	}
	if (first >= count) {
		command_usage(&command_trace);
		return;
	}
	const struct command *c = find_subject(words[first], &seconds);
	if (!c && seconds == 0)
		return;
	const struct microk_info *info = command_info_area("trace");
	const struct startup_entry *e = grant_entry("trace");
	cap_t kernel = command_grant("trace", "trace.switch");
	if (!info || !e || kernel == 0)
		return;
	const struct trace *ring = (const struct trace *)e->address;
	out_flush();
	u64 from = ring->written;
	if (record(kernel, c, count - first, words + first, seconds * info->tsc_hz)) {
		trace_copy(ring, from, &window);
		show((u32)MIN(most, (u64)TRACE_ENTRIES), info->tsc_hz);
	}
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
	.run = trace_run,
};
