/* The messages of a service, from the kernel's trace ring. */
#include "gen/lib/microk/methods.h"
#include "gen/protocols/names.h"
#include "gen/protocols/supervise_protocol.h"
#include "lib/microk/pause.h"
#include "lib/microk/print.h"
#include "lib/microk/startup.h"
#include "lib/microk/string.h"
#include "lib/trace/table.h"
#include "microk/info.h"
#include "stages/3-vfs/tour/tour.h"

#define LOOKS_A_SECOND 100u
#define SECONDS_MOST 10u

static const struct trace *ring;
static const struct microk_info *info;
static cap_t kernel;
static u64 begun; /* the ring's count when recording began */
static struct trace_window window;
static struct trace_row rows[TRACE_ENTRIES];

static bool is_of(const struct trace_entry *e, const char *service)
{
	return strncmp(e->name, service, sizeof(e->name)) == 0;
}

bool messages_begin(void)
{
	const struct startup_entry *trace = grant_entry("trace"), *area = grant_entry("info");

	kernel = grant_find("trace.switch");
	if (!trace || !area || !kernel || kernel_trace(kernel, 1) != OK) {
		print("tour: it needs the lines \"trace\" and \"info\" in system.conf\n");
		return false;
	}
	ring = (const struct trace *)trace->address;
	info = (const struct microk_info *)area->address;
	begun = ring->written;
	return true;
}

/* Whether the service has reported its end. Such a call has no answer. */
static bool has_ended(const char *service)
{
	trace_copy(ring, begun, &window);
	for (u32 i = 0; i < window.count; i++)
		if (is_of(&window.entry[i], service) &&
		    TAG_LABEL(window.entry[i].tag) == SUPERVISE_LABEL_EXIT)
			return true;
	return false;
}

/* Tenths of a microsecond. */
static u64 tenths(u64 ticks)
{
	return info->tsc_hz >= 10000000 ? ticks / (info->tsc_hz / 10000000) : 0;
}

static void show_row(const struct trace_row *r)
{
	const struct trace_entry *call = &window.entry[r->entry];
	const char *message = protocol_op_name(TAG_LABEL(call->tag));

	print("%-8.16s", call->name);
	if (r->answer == window.count) {
		print(" %-8s %-18s   no answer\n", "-", message ? message : "?");
		return;
	}
	const struct trace_entry *answer = &window.entry[r->answer];
	u64 took = tenths(answer->tsc - call->tsc);

	print(" %-8.16s %-18s %6lu.%lu us", answer->name, message ? message : "?", took / 10,
	      took % 10);
	if (TAG_LABEL(answer->tag) != OK)
		print("  %s", status_name((enum microk_status)TAG_LABEL(answer->tag)));
	print("\n");
}

void messages_show(const char *service)
{
	u32 looks = 0;

	while (!has_ended(service) && looks++ < LOOKS_A_SECOND * SECONDS_MOST)
		pause_ticks(info->tsc_hz / LOOKS_A_SECOND);
	kernel_trace(kernel, 0);
	u32 count = trace_rows(&window, rows);
	print("tour: the messages of %s:\n%-8s %-8s %-18s %11s\n", service, "caller", "server",
	      "message", "took");
	for (u32 i = 0; i < count; i++)
		if (is_of(&window.entry[rows[i].entry], service))
			show_row(&rows[i]);
}
