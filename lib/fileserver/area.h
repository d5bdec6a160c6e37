/* Where a server of files keeps its words. */
#pragma once
#include "lib/fileserver/keep.h"
#include "lib/microk/memory.h"
#include "lib/microk/startup.h"
#include "lib/microk/util.h"

/* The state area of system.conf, which outlives the instance; without one, memory that ends with it. */
static inline enum microk_status area_find(struct keep_plan *plan)
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
