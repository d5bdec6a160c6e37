#include "servers/proc/family.h"
#include "gen/protocols/process_server.h"
#include "servers/proc/ends.h"
#include "servers/proc/pages.h"
#include "servers/proc/signals.h"
#include "servers/proc/waits.h"

#define END (world->processes + PROCESSES)

static const struct process *parent_of(const struct process *p)
{
	const struct process *parent =
		p->parent > PROCESS_ORPHANAGE ? process_find(p->parent) : NULL;

	return parent && parent->use == PROCESS_RUNS ? parent : NULL;
}

static bool is_child(const struct process *p, const struct process *parent)
{
	return p->use != PROCESS_NONE && p->parent == parent->number && p->number && !p->replaces;
}

bool family_awaits(const struct process *p)
{
	return parent_of(p) != NULL;
}

/* ---- Waiting for children ---- */

/* Threads that wait. Their Replies are the instance's; when it dies, they ask its successor again. */
static struct awaiter {
	const struct thread *thread; /* NULL: this record is free */
	i64 which;
	u32 flags;
	u64 number; /* of the request */
	cap_t reply;
} awaiters[THREADS];

static bool is_meant(const struct process *child, const struct process *parent, i64 which)
{
	return which == -1 || (which > 0 && child->number == (u64)which) ||
	       (which == 0 && child->group == parent->group) ||
	       (which < -1 && child->group == (u64)-which);
}

static u32 change_of(const struct process *child, u32 flags)
{
	if (child->use == PROCESS_ENDED)
		return flags & PROCESS_WAIT_EXITED ? child->how : PROCESS_RUNNING;
	if (child->change == PROCESS_STOPPED && flags & PROCESS_WAIT_STOPPED)
		return PROCESS_STOPPED;
	if (child->change == PROCESS_CONTINUED && flags & PROCESS_WAIT_CONTINUED)
		return PROCESS_CONTINUED;
	return PROCESS_RUNNING;
}

void family_unpack(u64 kept, struct process_await_result *result)
{
	result->number = (u32)kept;
	result->how = kept >> 32 & 0xff;
	result->code = kept >> 40 & 0xff;
}

static u64 pack(const struct process *child, u32 how)
{
	u32 code = how == PROCESS_STOPPED     ? child->stopped
		   : how == PROCESS_CONTINUED ? PROCESS_SIGCONT
					      : child->code;

	return child->number | (u64)how << 32 | (u64)(code & 0xff) << 40;
}

/* In a transaction: the times of a child that is taken are counted as its parent's children's (POSIX, times). */
static void count_ticks(const struct process *child)
{
	const struct process *parent = parent_of(child);

	if (parent)
		WORLD_PUT(parent->children_ticks,
			  parent->children_ticks + child->ticks + child->children_ticks);
}

/* EXERCISE 4.3 exit-wait-orphans: begin */
/* A child with a change that is asked for; NULL: none, and *some is whether there is any child. */
static const struct process *find_change(const struct process *parent, i64 which, u32 flags,
					 bool *some)
{
	*some = false;
	for (const struct process *child = world->processes; child < END; child++) {
		if (!is_child(child, parent) || !is_meant(child, parent, which))
			continue;
		*some = true;
		if (change_of(child, flags) != PROCESS_RUNNING)
			return child;
	}
	return NULL;
}

/* The change becomes the thread's answer, and is gone, in one transaction. */
static u64 consume(const struct thread *t, u64 number, const struct process *child, u32 flags)
{
	u32 how = change_of(child, flags);
	u64 kept = pack(child, how);
	bool reaps = child->use == PROCESS_ENDED && !(flags & PROCESS_WAIT_KEEP);

	world_begin();
	world_answer(t, PROCESS_LABEL_AWAIT, number, kept, OK);
	if (!(flags & PROCESS_WAIT_KEEP))
		WORLD_PUT(child->change, 0);
	if (reaps) {
		count_ticks(child);
		WORLD_PUT(child->parent, PROCESS_ORPHANAGE);
	}
	world_commit();
	if (reaps)
		ends.reaped(child);
	return kept;
}
/* EXERCISE 4.3 exit-wait-orphans: end */

static void answer(struct awaiter *a, enum microk_status status, u64 kept)
{
	struct process_await_result result;

	family_unpack(kept, &result);
	process_await_reply(a->reply, status, &result);
	waits_reply_back(a->reply);
	a->thread = NULL;
}

/* Looks again for all threads of the parent that wait. */
static void wake_awaiters(const struct process *parent)
{
	for (struct awaiter *a = awaiters; a < awaiters + THREADS; a++) {
		bool some;

		if (!a->thread || a->thread->process != process_index(parent))
			continue;
		const struct process *child = find_change(parent, a->which, a->flags, &some);
		if (child)
			answer(a, OK, consume(a->thread, a->number, child, a->flags));
		else if (!some)
			answer(a, ERR_NOT_FOUND, 0);
	}
}

/* The record of a thread that asks again is used again: its earlier wait was cancelled. */
static struct awaiter *awaiter_for(const struct thread *t)
{
	struct awaiter *unused = NULL;

	for (struct awaiter *a = awaiters; a < awaiters + THREADS; a++) {
		if (a->thread == t)
			return a;
		if (!a->thread)
			unused = a;
	}
	return unused;
}

static enum microk_status defer(struct request *r, const struct thread *t,
				const struct process_await_args *args)
{
	struct awaiter *a = awaiter_for(t);
	cap_t reply = !a ? 0 : a->thread ? a->reply : waits_reply();

	if (!reply)
		return ERR_NO_SPACE;
	*a = (struct awaiter){t, args->which, args->flags, r->number, reply};
	enum microk_status status = request_defer(r, reply);
	if (status == OK)
		return STATUS_DEFERRED;
	waits_reply_back(reply);
	a->thread = NULL;
	return status;
}

enum microk_status family_await(
	struct request *r, const struct process *p, const struct thread *t,
	const struct process_await_args *args, struct process_await_result *result)
{
	bool some;

	if (args->flags & ~PROCESS_WAIT_ALL)
		return ERR_ARG;
	const struct process *child = find_change(p, args->which, args->flags, &some);
	if (child) {
		family_unpack(consume(t, r->number, child, args->flags), result);
		return OK;
	}
	if (!some)
		return ERR_NOT_FOUND;
	*result = (struct process_await_result){.how = PROCESS_RUNNING};
	return args->flags & PROCESS_WAIT_NOHANG ? OK : defer(r, t, args);
}

bool family_abandon(const struct thread *t, u64 number)
{
	for (struct awaiter *a = awaiters; a < awaiters + THREADS; a++) {
		if (a->thread != t || a->number != number)
			continue;
		waits_reply_back(a->reply);
		a->thread = NULL;
		return true;
	}
	return false;
}

void family_forget(const struct process *p)
{
	for (struct awaiter *a = awaiters; a < awaiters + THREADS; a++) {
		if (!a->thread || a->thread->process != process_index(p))
			continue;
		waits_reply_back(a->reply);
		a->thread = NULL;
	}
}

/* ---- Ends and changes ---- */

/* EXERCISE 4.3 exit-wait-orphans part 2: begin */
void family_leave(const struct process *p)
{
	const struct process *parent = parent_of(p);

	for (const struct process *child = world->processes; child < END; child++)
		if (is_child(child, p) || (child->replaces && child->parent == p->number))
			WORLD_PUT(child->parent, PROCESS_ORPHANAGE);
	if (parent)
		signal_note(parent,
			    &(struct signal_detail){
				    .signal = PROCESS_SIGCHLD,
				    .code = p->how == PROCESS_EXITED ? PROCESS_CLD_EXITED
								     : PROCESS_CLD_KILLED,
				    .sender = p->number,
				    .status = p->code});
}

/* An orphan that runs finds its new parent in its page; one that has ended is of no use to anyone. */
static void settle_orphans(void)
{
	const u32 parent = PROCESS_ORPHAN;

	for (const struct process *p = world->processes; p < END; p++) {
		if (p->parent != PROCESS_ORPHANAGE)
			continue;
		if (p->use == PROCESS_RUNS)
			poke(p, PROCESS_PAGE + offsetof(struct process_page, parent), &parent,
			     sizeof(parent));
		else if (p->use == PROCESS_ENDED && p->number)
			ends.reaped(p);
	}
}

bool family_ended(const struct process *p)
{
	const struct process *parent = parent_of(p);

	family_forget(p);
	settle_orphans();
	if (!parent)
		return false;
	bool stays = !signals_reap_children(parent);
	if (!stays) {
		world_begin();
		WORLD_PUT(p->parent, PROCESS_ORPHANAGE);
		world_commit();
	}
	wake_awaiters(parent);
	signal_deliver(parent, PROCESS_SIGCHLD);
	return stays;
}
/* EXERCISE 4.3 exit-wait-orphans part 2: end */

void family_changed(const struct process *p)
{
	const struct process *parent = parent_of(p);

	if (!parent)
		return;
	if (signals_want_stops(parent))
		signal_send(
			parent,
			&(struct signal_detail){
				.signal = PROCESS_SIGCHLD,
				.code = p->stopped ? PROCESS_CLD_STOPPED : PROCESS_CLD_CONTINUED,
				.sender = p->number,
				.status = p->stopped ? p->stopped : PROCESS_SIGCONT});
	wake_awaiters(parent);
}

/* ---- Signals to others ---- */

/* A process may signal those of its own client: there are no users. */
static bool may_signal(const struct process *from, const struct process *to)
{
	return to->number && to->use != PROCESS_NONE && from->client == to->client;
}

static void send(const struct process *from, const struct process *to, u32 signal)
{
	if (signal)
		signal_send(to, &(struct signal_detail){.signal = signal,
							.code = PROCESS_SI_USER,
							.sender = from ? from->number : 0});
}

u32 family_signal_group(const struct process *from, u32 group, u32 signal)
{
	u32 numbers[PROCESSES], count = 0;

	/* A signal may end its process, and other records go with it. */
	for (const struct process *p = world->processes; p < END; p++)
		if (p->use == PROCESS_RUNS && p->group == group && p->number &&
		    (!from || may_signal(from, p)))
			numbers[count++] = p->number;
	for (u32 i = 0; i < count; i++) {
		const struct process *p = process_find(numbers[i]);
		if (p && p != from)
			send(from, p, signal);
	}
	for (u32 i = 0; from && i < count; i++) /* itself last: that may be its end */
		if (process_find(numbers[i]) == from)
			send(from, from, signal);
	return count;
}

static enum microk_status signal_all(const struct process *from, u32 signal)
{
	u32 numbers[PROCESSES], count = 0;

	for (const struct process *p = world->processes; p < END; p++)
		if (p != from && p->use == PROCESS_RUNS && may_signal(from, p))
			numbers[count++] = p->number;
	for (u32 i = 0; i < count; i++) {
		const struct process *p = process_find(numbers[i]);
		if (p)
			send(from, p, signal);
	}
	return count ? OK : ERR_NOT_FOUND;
}

enum microk_status family_signal(const struct process *from, i64 to, u32 signal)
{
	if (signal > PROCESS_SIGNALS_MAX)
		return ERR_RANGE;
	if (to == -1)
		return signal_all(from, signal);
	if (to <= 0)
		return family_signal_group(from, to == 0 ? from->group : (u32)-to, signal)
			       ? OK
			       : ERR_NOT_FOUND;
	const struct process *p = to <= UINT32_MAX ? process_find((u32)to) : NULL;
	if (!p || p->replaces)
		return ERR_NOT_FOUND;
	if (!may_signal(from, p))
		return ERR_DENIED;
	send(from, p, signal);
	return OK;
}

enum microk_status family_queue(const struct process *from, u32 to, u32 signal, u64 value)
{
	const struct process *p = process_find(to);

	if (signal > PROCESS_SIGNALS_MAX)
		return ERR_RANGE;
	if (!p || p->replaces)
		return ERR_NOT_FOUND;
	if (!may_signal(from, p))
		return ERR_DENIED;
	if (signal)
		signal_send(p, &(struct signal_detail){.signal = signal,
						       .code = PROCESS_SI_QUEUE,
						       .sender = from->number,
						       .address = value});
	return OK;
}

/* ---- Groups and sessions ---- */

const struct process *family_leader(const struct process *p)
{
	return process_find(p->session);
}

/* One that has ended, and whose status is not taken yet, is of its group still (POSIX, XBD 3.290, process group lifetime). */
static bool is_group_of(u32 group, u32 session)
{
	for (const struct process *p = world->processes; p < END; p++)
		if (p->use != PROCESS_NONE && p->group == group && p->session == session &&
		    p->number)
			return true;
	return false;
}

enum microk_status family_set_group(const struct process *from, u32 number, u32 group)
{
	const struct process *p = number ? process_find(number) : from;

	if (!p || (p != from && !is_child(p, from)) || p->use == PROCESS_ENDED)
		return ERR_NOT_FOUND;
	if (!group)
		group = p->number;
	if (p->session != from->session || p->session == p->number ||
	    (group != p->number && !is_group_of(group, p->session)))
		return ERR_DENIED;
	WORLD_PUT(p->group, group);
	return OK;
}

enum microk_status family_begin_session(const struct process *p)
{
	if (p->group == p->number || is_group_of(p->number, p->session))
		return ERR_DENIED;
	WORLD_PUT(p->group, p->number);
	WORLD_PUT(p->session, p->number);
	WORLD_PUT(p->foreground, p->number);
	return OK;
}

enum microk_status family_set_foreground(const struct process *p, u32 group)
{
	const struct process *leader = family_leader(p);

	if (!leader || !is_group_of(group, p->session))
		return ERR_DENIED;
	WORLD_PUT(leader->foreground, group);
	return OK;
}
