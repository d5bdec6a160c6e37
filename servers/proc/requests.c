/* The requests of protocol process that make processes, and that are about memory. */
#include "servers/proc/requests.h"
#include "gen/lib/microk/methods.h"
#include "gen/protocols/process_server.h"
#include "lib/microk/print.h"
#include "lib/microk/slots.h"
#include "lib/microk/stub.h"
#include "lib/microk/string.h"
#include "microk/ipcbuf.h"
#include "servers/proc/badge.h"
#include "servers/proc/family.h"
#include "servers/proc/faults.h"
#include "servers/proc/jobs.h"
#include "servers/proc/loader.h"
#include "servers/proc/memory.h"
#include "servers/proc/pages.h"
#include "servers/proc/pieces.h"
#include "servers/proc/pool.h"
#include "servers/proc/process.h"
#include "servers/proc/programs.h"
#include "servers/proc/regions.h"
#include "servers/proc/requests_parts.h"
#include "servers/proc/signals.h"
#include "servers/proc/stack.h"
#include "servers/proc/thread.h"
#include "servers/proc/waits.h"

enum microk_status requests_settle(enum microk_status status)
{
	if (status == OK)
		status = world_commit();
	else
		world_abort();
	if (status != OK) {
		pieces_recount();
		regions_forget();
	}
	return status;
}

/* The process that the request's capability holds; NULL: it holds none. */
static const struct process *held(const struct request *r)
{
	enum badge_kind kind;
	const struct process *p = badge_process(r->badge, &kind);

	return p && kind == BADGE_HOLDER ? p : NULL;
}

const struct process *requests_caller(const struct request *r)
{
	enum badge_kind kind;
	const struct process *p = badge_process(r->badge, &kind);

	return p && kind == BADGE_THREAD && p->use == PROCESS_RUNS ? p : NULL;
}

const struct thread *requests_thread(const struct request *r)
{
	const struct process *p = requests_caller(r);

	return p ? thread_at(p, badge_place(r->badge)) : NULL;
}

/* ---- Of clients, and of holders ---- */

static enum microk_status make(struct request *r, struct process_make_result *result)
{
	const struct process *p;

	enum microk_status status;
	do {
		world_begin();
		status = process_make(&(struct process_origin){.client = r->badge}, &p);
		if (status == OK)
			status = process_hold(p);
		result->process = status == OK ? KEPT_HANDLES + process_index(p) : 0;
		status = requests_settle(status);
	} while (programs_give_way(status));
	return status;
}

static enum microk_status give(struct request *r, const struct process_give_args *args)
{
	const struct process *p = held(r);
	u32 index = args->index;

	if (!p || p->use != PROCESS_MADE)
		return ERR_STATE;
	if (index >= PROCESS_GRANTS)
		return ERR_RANGE;
	cap_t cspace = process_own(p, OWN_CSPACE), slot = PROCESS_SLOT_GRANTS + index;
	struct startup_entry entry = {.slot = (u32)slot};
	memcpy(entry.name, args->name, strnlen(args->name, sizeof(entry.name)));
	cnode_delete(cspace, slot);
	enum microk_status status = cnode_move(
		cspace,
		&(struct cnode_move){
			.index = slot, .source_cnode = SLOT_CNODE, .source_index = args->grant});
	u64 page = PROCESS_PAGE, entries = offsetof(struct startup, entries);
	if (status == OK)
		status = poke(p, page + entries + index * sizeof(entry), &entry, sizeof(entry));
	u32 count = 0;
	if (status == OK)
		status = peek(p, page + offsetof(struct startup, count), &count, sizeof(count));
	count = MAX(count, index + 1);
	return status == OK ? poke(p, page + offsetof(struct startup, count), &count, sizeof(count))
			    : status;
}

static enum microk_status argument(struct request *r, const struct process_argument_args *args)
{
	const struct process *p = held(r);
	u64 at = args->at, left = args->data_length;
	const u8 *from = args->data;

	if (!p || p->use != PROCESS_MADE)
		return ERR_STATE;
	if (at > PROCESS_ARGUMENTS || left > PROCESS_ARGUMENTS - at)
		return ERR_RANGE;
	world_begin();
	enum microk_status status = requests_settle(stack_make_arguments(p));
	for (u64 to = PROCESS_STACK_TOP - PROCESS_ARGUMENTS + at; left && status == OK;) {
		u64 part = MIN(left, PAGE_SIZE - to % PAGE_SIZE);
		status = poke(p, to, from, part);
		to += part;
		from += part;
		left -= part;
	}
	return status;
}

static enum microk_status start(struct request *r, const struct process_start_args *args,
				struct process_start_result *result)
{
	const struct process *p = held(r);
	char name[sizeof(p->name)] = "";

	result->defect[0] = '\0';
	if (p && p->use == PROCESS_RUNS)
		return OK; /* it was started, and the answer did not arrive */
	if (!p || p->use != PROCESS_MADE)
		return ERR_STATE;
	string_copy(name, sizeof(name), args->name);
	enum microk_status status = poke(p, PROCESS_PAGE + offsetof(struct startup, arguments),
					 args->directory, strlen(args->directory) + 1);
	if (status != OK)
		return status;
	world_begin();
	world_write(p->name, name, sizeof(name));
	status = requests_settle(OK);
	if (status == OK)
		status = loader_take(
			r, &(struct loading){.process = p,
					     .arguments = args->arguments,
					     .variables = args->variables,
					     .file = args->file});
	if (status == STATUS_DEFERRED)
		r->server->received[0] = 0; /* it is the loader's now */
	return status;
}

static enum microk_status wait(struct request *r, struct process_wait_result *result)
{
	const struct process *p = held(r);

	if (!p)
		return ERR_STATE;
	if (p->use != PROCESS_ENDED)
		return waits_add(r, p);
	result->how = p->how;
	result->code = p->code;
	string_copy(result->cause, sizeof(result->cause), p->cause);
	return OK;
}

static enum microk_status watch(struct request *r, const struct process_watch_args *args)
{
	const struct process *p = held(r);
	struct cnode_describe_result it;

	if (!p)
		return ERR_STATE;
	if (cnode_describe(SLOT_CNODE, args->signal, &it) != OK || it.type != CAP_NOTIFICATION)
		return ERR_TYPE;
	cap_t slot = KEPT_WATCHES + process_index(p);
	cnode_delete(SLOT_CNODE, slot);
	enum microk_status status = cnode_move(
		SLOT_CNODE,
		&(struct cnode_move){
			.index = slot, .source_cnode = SLOT_CNODE, .source_index = args->signal});
	if (status == OK && p->use == PROCESS_ENDED)
		ipc(SYS_SIGNAL, slot, &(struct message){0});
	return status;
}

static enum microk_status kill(struct request *r, const struct process_kill_args *args)
{
	const struct process *p = held(r);

	if (!p)
		return ERR_STATE;
	if (args->signal > PROCESS_SIGNALS_MAX)
		return ERR_RANGE;
	if (args->signal)
		signal_send(p, &(struct signal_detail){.signal = args->signal});
	return OK;
}

static enum microk_status kill_foreground(
	struct request *r, const struct process_kill_foreground_args *args,
	struct process_kill_foreground_result *result)
{
	const struct process *p = held(r), *leader = p ? family_leader(p) : NULL;

	if (!p)
		return ERR_STATE;
	if (args->signal > PROCESS_SIGNALS_MAX)
		return ERR_RANGE;
	/* Before it runs, and after its leader has ended, there is no group to be meant but its own. */
	result->own = 1;
	if (p->use != PROCESS_RUNS)
		return kill(r, &(struct process_kill_args){.signal = args->signal});
	u32 group = leader ? leader->foreground : p->group;
	result->own = group == p->group;
	family_signal_group(NULL, group, args->signal);
	return OK;
}

static enum microk_status limit(struct request *r, const struct process_limit_args *args)
{
	const struct process *p = held(r);

	if (!p || p->use != PROCESS_MADE)
		return ERR_STATE;
	world_begin();
	WORLD_PUT(job_of(p)->limit, MIN(args->bytes, pool_bytes()));
	return requests_settle(OK);
}

static enum microk_status usage(struct request *r, struct process_usage_result *result)
{
	const struct process *p = held(r);

	if (!p)
		return ERR_STATE;
	result->number = p->number;
	result->bytes = job_of(p)->taken;
	result->limit = job_of(p)->limit;
	return OK;
}

static enum microk_status pool(struct request *r, struct process_pool_result *result)
{
	(void)r;
	result->bytes = pool_bytes();
	result->free = pool_free() + programs_bytes();
	result->processes = process_count();
	result->slots = slots_free_count();
	return OK;
}

/* ---- Of a process's own threads ---- */

bool requests_answered(const struct request *r, const struct thread *t)
{
	return r->number && r->number == t->number;
}

static enum microk_status map(struct request *r, const struct process_map_args *args,
			      struct process_map_result *result)
{
	const struct process *p = requests_caller(r);
	const struct thread *t = p ? thread_at(p, badge_place(r->badge)) : NULL;

	if (!t)
		return ERR_STATE;
	if (requests_answered(r, t)) {
		result->address = t->result;
		return (enum microk_status)t->status;
	}
	enum microk_status status;
	do {
		world_begin();
		status = memory_map(p, args, &result->address);
		if (status == OK)
			world_answer(t, PROCESS_LABEL_MAP, r->number, result->address, OK);
		status = requests_settle(status);
	} while (programs_give_way(status));
	return status;
}

static enum microk_status unmap(struct request *r, const struct process_unmap_args *args)
{
	const struct process *p = requests_caller(r);

	if (!p)
		return ERR_STATE;
	world_begin();
	return requests_settle(memory_unmap(p, args->address, args->bytes));
}

static enum microk_status protect(struct request *r, const struct process_protect_args *args)
{
	const struct process *p = requests_caller(r);

	if (!p)
		return ERR_STATE;
	enum microk_status status;
	do {
		world_begin();
		status = requests_settle(
			memory_protect(p, args->address, args->bytes, args->protection));
	} while (programs_give_way(status));
	return status;
}

static enum microk_status end(struct request *r, const struct process_end_args *args)
{
	const struct process *p = requests_caller(r);

	if (!p)
		return ERR_STATE;
	process_end(p, PROCESS_EXITED, args->code & 0xff, "");
	r->deferred = true; /* the caller is gone */
	return STATUS_DEFERRED;
}

static enum microk_status raise(struct request *r, const struct process_raise_args *args)
{
	const struct process *p = requests_caller(r);

	if (!p || args->signal == 0 || args->signal > PROCESS_SIGNALS_MAX)
		return ERR_RANGE;
	if (PROCESS_SIGNAL_BIT(args->signal) & PROCESS_STOPPING) {
		signal_stop(p, args->signal);
		return OK;
	}
	process_end(p, PROCESS_SIGNALLED, args->signal, "");
	r->deferred = true;
	return STATUS_DEFERRED;
}

static enum microk_status pointer(struct request *r, const struct process_pointer_args *args)
{
	const struct process *p = requests_caller(r);
	const struct thread *t = p ? thread_at(p, badge_place(r->badge)) : NULL;

	return t ? thread_tls(thread_cap(t), args->address) : ERR_STATE;
}

static const struct process_ops ops = {
	.abandon = requests_abandon,
	.make = make,
	.give = give,
	.argument = argument,
	.start = start,
	.wait = wait,
	.watch = watch,
	.kill = kill,
	.limit = limit,
	.usage = usage,
	.pool = pool,
	.map = map,
	.unmap = unmap,
	.protect = protect,
	.end = end,
	.pointer = pointer,
	.raise = raise,
	.kill_foreground = kill_foreground,
	.spawn = requests_spawn,
	.exec = requests_exec,
	.await = requests_await,
	.fork = requests_fork,
	.signal = requests_signal,
	.take = requests_take,
	.signal_thread = requests_signal_thread,
	.alarm = requests_alarm,
	.queue = requests_queue,
	.timer = requests_timer,
	.timer_state = requests_timer_state,
	.relations = requests_relations,
	.set_group = requests_set_group,
	.begin_session = requests_begin_session,
	.set_foreground = requests_set_foreground,
	.thread = requests_make_thread,
	.leave = requests_leave,
	.interrupt = requests_interrupt,
	.times = requests_times,
};

void requests_serve(struct request *r)
{
	if (r->label == LABEL_FAULT)
		faults_serve(r);
	else if (request_protocol(r) == PROCESS_PROTOCOL)
		process_dispatch(&ops, r);
}

bool requests_closed(u64 badge)
{
	enum badge_kind kind;
	const struct process *p = badge_process(badge, &kind);

	if (p && kind == BADGE_HOLDER && !loader_cancel(p))
		process_unheld(p);
	return badge_is_of_process(badge);
}
