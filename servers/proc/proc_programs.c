#include "servers/proc/proc_programs.h"
#include "gen/lib/microk/methods.h"
#include "lib/microk/string.h"
#include "lib/microk/util.h"
#include "microk/cap.h"
#include "servers/proc/pages.h"
#include "servers/proc/region_list.h"
#include "servers/proc/stack.h"
#include "servers/proc/thread.h"

static bool is_shown(const struct process *p)
{
	return p->number && !p->replaces && (p->use == PROCESS_RUNS || p->use == PROCESS_ENDED);
}

static const struct process *find(u32 number)
{
	const struct process *p = world ? process_find(number) : NULL;

	return p && is_shown(p) ? p : NULL;
}

u32 programs_next(u32 after)
{
	u32 next = 0;

	for (u32 i = 0; world && i < PROCESSES; i++) {
		const struct process *p = &world->processes[i];

		if (is_shown(p) && p->number > after && (!next || p->number < next))
			next = p->number;
	}
	return next;
}

/* ---- status and stat ---- */

struct use {
	u32 threads, state; /* state: of the most active thread */
	u64 priority, ticks, calls;
};

static bool is_more_active(u64 state, u64 than)
{
	return state == THREAD_READY || (state != THREAD_STOPPED && than == THREAD_STOPPED);
}

static struct use use_of(const struct process *p)
{
	struct use use = {.ticks = p->ticks};

	for (u32 place = 0; place < PROCESS_THREADS; place++) {
		const struct thread *t = thread_at(p, place);
		struct thread_info_result info;

		if (!t || thread_info(thread_cap(t), &info) != OK)
			continue;
		use.ticks += info.ticks;
		use.calls += info.calls;
		if (t->used != THREAD_ACTIVE)
			continue;
		if (!use.threads || is_more_active(info.state, use.state))
			use.state = (u32)info.state;
		use.priority = info.priority;
		use.threads++;
	}
	return use;
}

static const char *state_of(const struct process *p, const struct use *use)
{
	return p->use == PROCESS_ENDED ? "ended" : p->stopped ? "stopped" : text_state(use->state);
}

enum microk_status programs_status(struct text *t, u64 tsc_hz, u32 number)
{
	const struct process *p = find(number);

	if (!p)
		return ERR_NOT_FOUND;
	struct use use = use_of(p);
	text_add(t, "Name: %s\nId: %u\nState: %s\nPriority: %lu\n", p->name, p->number,
		 state_of(p, &use), use.priority);
	text_add(t, "Time: %lu ms\nCalls: %lu\n", tsc_hz >= 1000 ? use.ticks / (tsc_hz / 1000) : 0,
		 use.calls);
	text_add(t, "Memory: %lu KiB\nUsed: %lu KiB\n", world->jobs[p->job].limit / 1024,
		 p->taken / 1024);
	text_add(t, "Parent: %u\nGroup: %u\nSession: %u\nThreads: %u\nPending: %016lx\n", p->parent,
		 p->group, p->session, use.threads, p->pending);
	if (*p->cause)
		text_add(t, "Cause: %s\n", p->cause);
	return OK;
}

static char letter_of(const struct process *p, const struct use *use)
{
	return p->use == PROCESS_ENDED      ? 'Z'
	       : p->stopped                 ? 'T'
	       : use->state == THREAD_READY ? 'R'
					    : 'S';
}

#define LINUX_TICKS 100u /* of its times, in a second */
#define FIELDS 52u

/* The fields of Linux's; those that do not exist here are 0. */
enum microk_status programs_stat(struct text *t, u64 tsc_hz, u32 number)
{
	const struct process *p = find(number);
	u64 rate = MAX(tsc_hz / LINUX_TICKS, 1ul);

	if (!p)
		return ERR_NOT_FOUND;
	struct use use = use_of(p);
	text_add(t, "%u (%s) %c %u %u %u 0 0 0 0 0 0 0", p->number, p->name, letter_of(p, &use),
		 p->parent, p->group, p->session);
	text_add(t, " %lu 0 %lu 0 20 0 %u 0 0 %lu %lu", use.ticks / rate, p->children_ticks / rate,
		 use.threads, p->taken, p->taken / PAGE_SIZE);
	for (u32 field = 25; field <= FIELDS; field++)
		text_add(t, " 0");
	text_add(t, "\n");
	return OK;
}

/* ---- maps ---- */

static const char *name_of(const struct region *r)
{
	return r->start >= PROCESS_PAGE        ? " [page]"
	       : r->start >= PROCESS_STACK_TOP ? " [buffers]"
	       : r->start >= STACK_STRINGS     ? " [arguments]"
	       : r->start >= PROCESS_STACK_END
		       ? " [stack]"
		       : "";
}

enum microk_status programs_maps(struct text *t, u32 number)
{
	const struct process *p = find(number);

	if (!p)
		return ERR_NOT_FOUND;
	for (const struct region *r = region_first(p); r && !t->cut; r = region_next(r))
		text_add(t, "%08lx-%08lx %c%c%cp 00000000 00:00 0%s\n", r->start, region_end(r),
			 r->rights & RIGHT_READ ? 'r' : '-', r->rights & RIGHT_WRITE ? 'w' : '-',
			 r->rights & RIGHT_EXEC ? 'x' : '-', name_of(r));
	return OK;
}

/* ---- cmdline ---- */

/* The arguments as the process began with them, each with a zero byte at its end. */
enum microk_status programs_cmdline(struct text *t, u32 number)
{
	const struct process *p = find(number);
	u64 count = 0, at = STACK_STRINGS;

	if (!p)
		return ERR_NOT_FOUND;
	if (p->use != PROCESS_RUNS || peek(p, p->stack, &count, sizeof(count)) != OK)
		return OK;
	while (count && at < PROCESS_STACK_TOP && t->used < t->max) {
		u64 part = MIN(PAGE_SIZE - at % PAGE_SIZE, (u64)(t->max - t->used));
		char *to = t->bytes + t->used;

		if (peek(p, at, to, part) != OK)
			break;
		u64 i = 0;
		while (i < part && count)
			count -= !to[i++];
		at += i;
		t->used += i;
	}
	return OK;
}
