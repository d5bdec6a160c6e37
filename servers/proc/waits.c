#include "servers/proc/waits.h"
#include "gen/protocols/process_server.h"
#include "lib/microk/string.h"

#define WAITS (2ul * PROCESSES)
#define WAITS_EACH 4 /* for one process */

static struct wait {
	u32 process; /* its number; 0: this record is free */
	cap_t reply;
} waits[WAITS];

/* Replies that no request uses. */
static cap_t spare[WAITS];
static u32 spare_count;

cap_t waits_reply(void)
{
	return spare_count ? spare[--spare_count] : reply_slot_alloc();
}

void waits_reply_back(cap_t reply)
{
	if (reply && spare_count < WAITS)
		spare[spare_count++] = reply;
}

enum microk_status waits_add(struct request *r, const struct process *p)
{
	struct wait *unused = NULL;
	u32 count = 0;

	for (struct wait *w = waits; w < waits + WAITS; w++) {
		if (!w->process)
			unused = w;
		count += w->process == p->number;
	}
	cap_t reply = unused && count < WAITS_EACH ? waits_reply() : 0;
	if (!reply)
		return ERR_NO_SPACE;
	enum microk_status status = request_defer(r, reply);
	if (status != OK) {
		waits_reply_back(reply);
		return status;
	}
	*unused = (struct wait){.process = p->number, .reply = reply};
	return STATUS_DEFERRED;
}

void waits_ended(const struct process *p)
{
	struct process_wait_result result = {.how = p->how, .code = p->code};

	string_copy(result.cause, sizeof(result.cause), p->cause);
	for (struct wait *w = waits; w < waits + WAITS; w++) {
		if (w->process != p->number)
			continue;
		process_wait_reply(w->reply, OK, &result);
		waits_reply_back(w->reply);
		w->process = 0;
	}
}
