/*
 * Callers that are answered later. They are the instance's: when it dies, its Reply objects go, the callers wake with
 * ERR_PEER_DIED and ask again.
 */
#include "lib/microk/memory.h"
#include "tests/guest/tried/processes/server.h"

#define WAITS 12
#define WNOHANG 1

static struct wait {
	enum wait_kind kind;
	struct process *process; /* NULL: the test */
	struct thread *thread;
	u64 number, what, status_at;
	cap_t reply;
} waits[WAITS];

i64 wait_begin(const struct call *c, enum wait_kind kind, u64 what)
{
	for (struct wait *w = waits; w < waits + WAITS; w++) {
		if (w->kind != WAIT_NONE)
			continue;
		if (!w->reply && object_make(CAP_REPLY, 0, &w->reply) != OK)
			return -ENOMEM;
		if (cnode_save_caller(SLOT_CNODE, w->reply) != OK)
			return -EINVAL;
		w->kind = kind;
		w->process = c->process;
		w->thread = c->thread;
		w->number = c->number;
		w->what = what;
		return LATER;
	}
	return -ENOMEM;
}

void answer_keep(struct thread *t, u64 number, i64 result)
{
	if (!t)
		return;
	t->number = number;
	t->result = (u64)result;
}

/* False: the caller was cancelled meanwhile, and its request has no effect. */
static bool answer(struct wait *w, i64 result)
{
	struct message m = {.tag = TAG(OK, 1), .word = {(u64)result}};

	w->kind = WAIT_NONE;
	if (ipc(SYS_SEND, w->reply, &m) != OK)
		return false;
	answer_keep(w->thread, w->number, result);
	return true;
}

u64 wait_futex_wake(struct process *p, u64 address, u64 most)
{
	u64 count = 0;

	for (struct wait *w = waits; w < waits + WAITS && count < most; w++)
		if (w->kind == WAIT_FUTEX && w->process == p && w->what == address)
			count += answer(w, 0);
	return count;
}

/* A child that has ended; `child` 0: any. LATER: none yet. */
static i64 reap(u32 parent, u64 child, u64 *status)
{
	bool has_any = false;

	for (struct process *p = world->processes; p < world->processes + PROCESSES; p++) {
		if (p->use == PROCESS_NONE || p->parent != parent ||
		    (child && number_of(p) != child))
			continue;
		has_any = true;
		if (p->use != PROCESS_ENDED)
			continue;
		*status = p->status;
		p->use = PROCESS_NONE;
		return number_of(p);
	}
	return has_any ? LATER : -ECHILD;
}

static i64 child_result(struct process *p, i64 child, u64 status, u64 status_at)
{
	u32 word = (u32)status;

	if (child < 0 || child == LATER)
		return child;
	if (!p)
		return (i64)status;
	if (status_at && poke(p, status_at, &word, sizeof(word)) != OK)
		return -EFAULT;
	return (i64)PROCESS_TID(child, 0);
}

i64 wait_for_child(const struct call *c, u64 child, u64 status_at, u64 options)
{
	u64 status = 0;
	u32 parent = c->process ? number_of(c->process) : 0;
	i64 result = reap(parent, child, &status);

	if (result != LATER)
		return child_result(c->process, result, status, status_at);
	if (options & WNOHANG)
		return 0;
	result = wait_begin(c, WAIT_CHILD, child);
	for (struct wait *w = waits; result == LATER && w < waits + WAITS; w++)
		if (w->kind == WAIT_CHILD && w->process == c->process && w->number == c->number)
			w->status_at = status_at;
	return result;
}

void wait_child_ended(u32 parent)
{
	for (struct wait *w = waits; w < waits + WAITS; w++) {
		u64 status = 0;

		if (w->kind != WAIT_CHILD || (w->process ? number_of(w->process) : 0) != parent)
			continue;
		i64 child = reap(parent, w->what, &status);
		if (child != LATER)
			answer(w, child_result(w->process, child, status, w->status_at));
	}
}

void wait_forget(struct process *p)
{
	for (struct wait *w = waits; w < waits + WAITS; w++)
		if (w->kind != WAIT_NONE && w->process == p)
			w->kind = WAIT_NONE;
}

i64 wait_abandon(const struct call *c)
{
	u64 number = c->words[0];

	for (struct wait *w = waits; w < waits + WAITS; w++)
		if (w->kind != WAIT_NONE && w->thread == c->thread && w->number == number)
			w->kind = WAIT_NONE;
	return c->thread->number == number ? (i64)c->thread->result : LATER;
}
