/* ps: lists the processes, one on each line. */
#include "lib/microk/string.h"
#include "user/shell/command.h"
#include "user/shell/listing.h"
#include "user/shell/output.h"
#include "user/shell/process.h"

static void show(const struct process *p)
{
	out("%4u  %-12s %-10s %3u %'10lu ms %'12lu %'7lu / %'lu KiB\n", p->id, p->name, p->state,
	    p->priority, p->milliseconds, p->calls, p->used_kib, p->memory_kib);
}

static int ps_run(const struct arguments *a)
{
	const struct listing *l;
	enum microk_status status = listing_read("/proc", &l);

	(void)a;
	if (status != OK)
		return stream_report("ps", "/proc", status);
	out("%4s  %-12s %-10s %3s %13s %12s  %s\n", "ID", "NAME", "STATE", "PRI", "TIME",
	    "IPC CALLS", "MEMORY USED");
	for (u32 i = 0; i < l->count; i++) {
		struct process p;
		u64 id;
		/* A process that ended after the listing is not an error. */
		if (string_number(l->entry[i]->name, &id) && process_read((u32)id, &p) == OK)
			show(&p);
	}
	return EXIT_OK;
}

const struct command command_ps = {
	.name = "ps",
	.usage = "ps",
	.summary = "Show the processes",
	.details = "TIME is processor time. MEMORY USED is the part used of the memory that the "
		   "process was granted.",
	.run = ps_run,
};
