/* How a server of files starts: its grants, the memory of its words, and its last line if it cannot. For its main alone. */
#pragma once
#include "lib/fileserver/keep.h"
#include "lib/microk/memory.h"
#include "lib/microk/print.h"
#include "lib/microk/startup.h"
#include "lib/microk/util.h"

/* The grant `name`, of which `mapped` memory has an address; without it, prints the remedy and returns NULL. */
static inline const struct startup_entry *start_grant(const char *name, bool mapped)
{
	const struct startup_entry *e = grant_entry(name);

	if (!e || (mapped && e->address == 0)) {
		print("%s: the grant \"%s\" is missing or not mapped; add it in system.conf\n",
		      startup->program, name);
		return NULL;
	}
	return e;
}

/* The state area of system.conf, which outlives the instance; without one, memory that ends with it. */
static inline enum microk_status start_memory(struct keep_plan *plan)
{
	const struct startup_entry *state = grant_entry("state");

	if (state) {
		plan->area = (void *)state->address;
		plan->area_bytes = (u64)state->pages * PAGE_SIZE;
		return OK;
	}
	plan->area_bytes = ALIGN_UP(keep_bytes(plan), PAGE_SIZE);
	return memory_make(plan->area_bytes / PAGE_SIZE, NULL, &plan->area);
}

static inline void start_failed(enum microk_status status)
{
	print("%s: cannot begin: %s%s\n", startup->program, status_text(status),
	      status == ERR_MEMORY ? "; give the machine more memory, or raise its \"memory\" in system.conf" : "");
}
