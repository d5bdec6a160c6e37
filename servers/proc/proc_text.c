/*
 * Writes the files of /proc.
 *
 * Weighed: Linux's bare columns, made for programs, and Plan 9's lines, made for programs and
 * people. These are "Key: value" lines and tables with a heading, so that a person can read them
 * with `cat`, and `ps`, `free` and `caps` can parse them.
 */
#include "servers/proc/proc_text.h"
#include "protocols/inspect_caps.h"
#include "microk/cap.h"
#include "lib/microk/print.h"
#include "lib/microk/string.h"

void text_add(struct text *t, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	int length = vformat(t->bytes + t->used, t->max - t->used, fmt, args);
	va_end(args);
	if (length < 0 || t->cut || (size_t)length >= t->max - t->used)
		t->cut = true; /* lines after a gap would be misleading, so none follow */
	else
		t->used += (size_t)length;
}

enum microk_status proc_ipc_stats(struct text *t, const volatile struct microk_info *info)
{
	u64 sampled = info->ipc_sampled;

	text_add(t, "IPC calls: %'lu\n", info->ipc_calls);
	text_add(t, "Average latency: %'lu cycles\n",
		 sampled ? info->ipc_sampled_ticks / sampled : 0);
	return OK;
}

/* Adds a time in ticks as seconds: "12.34 s". */
static void add_seconds(struct text *t, const char *key, u64 ticks, u64 hz)
{
	u64 hundredths = hz >= 100 ? ticks / (hz / 100) : 0;

	text_add(t, "%s%lu.%02lu s\n", key, hundredths / 100, hundredths % 100);
}

enum microk_status proc_uptime(struct text *t, const volatile struct microk_info *info, u64 now_tsc)
{
	add_seconds(t, "Up: ", now_tsc - info->boot_tsc, info->tsc_hz);
	add_seconds(t, "Idle: ", info->idle_ticks, info->tsc_hz);
	return OK;
}

enum microk_status proc_version(struct text *t, const volatile struct microk_info *info)
{
	text_add(t, "MicroK %u.%u x86_64 microkernel\n", info->version_major, info->version_minor);
	return OK;
}

/* In the form of Linux's file, with those of its lines that mean the same here. */
enum microk_status proc_meminfo(struct text *t, cap_t init)
{
	struct inspect_memory_result m;
	enum microk_status status = inspect_memory(init, &m);

	if (status != OK)
		return status;
	const struct {
		const char *key;
		u64 bytes;
	} lines[] = {{"MemTotal:", m.total}, {"MemFree:", m.free}, {"Cached:", m.pools}};
	for (u32 i = 0; i < ARRAY_LEN(lines); i++)
		text_add(t, "%-16s%8lu kB\n", lines[i].key, lines[i].bytes / 1024);
	return OK;
}

const char *text_state(u32 state)
{
	static const char *const names[THREAD_STATES] = {
		[THREAD_STOPPED] = "stopped",   [THREAD_READY] = "ready",
		[THREAD_SENDING] = "sending",   [THREAD_RECEIVING] = "receiving",
		[THREAD_AWAITING] = "awaiting", [THREAD_WAITING] = "waiting",
		[THREAD_FAULTED] = "faulted",
	};

	return state < THREAD_STATES ? names[state] : "unknown";
}

enum microk_status proc_status(struct text *t, cap_t init, u64 tsc_hz, u32 id)
{
	struct inspect_info_result p;
	enum microk_status status = inspect_info(init, id, &p);

	if (status != OK)
		return status;
	u64 ms = tsc_hz >= 1000 ? p.ticks / (tsc_hz / 1000) : 0;
	text_add(t, "Name: %s\nId: %u\nState: %s\nPriority: %u\n", p.name, id, text_state(p.state),
		 p.priority);
	text_add(t, "Time: %lu ms\nCalls: %lu\n", ms, p.calls);
	text_add(t, "Memory: %lu KiB\nUsed: %lu KiB\n", p.memory / 1024, p.used / 1024);
	return OK;
}

/* "rw-- 01------": the kernel's rights, then the protocol's by number. */
static void rights_letters(u32 rights, char to[14])
{
	static const char kernel[] = "rwgx";

	for (int i = 0; i < 4; i++)
		to[i] = rights >> i & 1 ? kernel[i] : '-';
	to[4] = ':';
	for (int i = 0; i < 8; i++)
		to[5 + i] = rights & RIGHT_PROT(i) ? (char)('0' + i) : '-';
	to[13] = '\0';
}

/* Writes one row for each capability. The name is the last column, since it may be missing. */
enum microk_status proc_caps(struct text *t, cap_t init, u32 id)
{
	struct inspect_cap_args from = {.id = id, .slot = 0};
	struct inspect_cap_result c;
	char letters[14];

	text_add(t, "%4s %-12s %-13s %16s %10s %10s %10s %8s  %s\n", "slot", "type", "rights",
		 "badge", "object", "self", "parent", "size", "name");
	while (!t->cut) {
		enum microk_status status = inspect_next_cap(init, &from, &c);
		if (status == ERR_NOT_FOUND)
			break;
		if (status != OK)
			return status;
		rights_letters(c.rights, letters);
		text_add(t, "%4u %-12s %s %16lx %10lx %10lx %10lx %8lu  %s\n", c.at,
			 cap_type_name(c.type), letters, c.badge, c.object, c.self, c.parent,
			 c.size, c.name[0] ? c.name : "-");
	}
	return OK;
}
