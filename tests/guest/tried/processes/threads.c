/* Threads of a process, each with a chunk of its own, and the futexes that they sleep on. */
#include "lib/microk/slots.h"
#include "lib/microk/string.h"
#include "tests/guest/tried/processes/main.h"
#include "tests/guest/tried/processes/server.h"

#define FUTEX_WAIT 0
#define FUTEX_WAKE 1
#define FUTEX_REQUEUE 3
#define FUTEX_COMMANDS 127
#define PRIORITY 40

static enum microk_status mint_endpoint(cap_t cnode, u64 index, u64 badge)
{
	return cnode_mint(
		cnode,
		&(struct cnode_mint){
			.index = index,
			.source_cnode = SLOT_CNODE,
			.source_index = grant_find(GRANT_ENDPOINT),
			.rights = RIGHT_WRITE | RIGHT_GRANT,
			.badge = badge,
			.flags = MINT_BADGE});
}

static enum microk_status furnish(struct process *p, u32 i)
{
	cap_t thread = thread_cap(p, &p->threads[i]), fault = slot_alloc();
	u64 badge = BADGE_OF(number_of(p), i);
	enum microk_status status = untyped_retype(
		p->threads[i].chunk,
		&(struct untyped_retype){
			.type = CAP_THREAD, .cnode = SLOT_CNODE, .index = thread, .count = 1});

	cnode_delete(kept(p, KEPT_CSPACE), PROCESS_SLOT_THREADS + i);
	if (status == OK)
		status = mint_endpoint(kept(p, KEPT_CSPACE), PROCESS_SLOT_THREADS + i, badge);
	if (status == OK)
		status = mint_endpoint(SLOT_CNODE, fault, badge | BADGE_FAULTS);
	if (status == OK)
		status = thread_configure(
			thread, &(struct thread_configure){.cnode = kept(p, KEPT_CSPACE),
							   .address_space = kept(p, KEPT_SPACE),
							   .fault_endpoint = fault});
	slot_drop(fault);
	if (status == OK)
		status = thread_fpu(thread, 1);
	if (status == OK)
		status = thread_priority(thread, &(struct thread_priority){.priority = PRIORITY});
	return status;
}

u32 thread_make(struct process *p, u32 first)
{
	for (u32 i = first; i < PROCESS_THREADS; i++) {
		struct thread *t = &p->threads[i];

		if (t->used)
			continue;
		memset(t, 0, sizeof(*t));
		if (chunks_take(&pool, PAGE_SIZE, &t->chunk) != OK)
			return PROCESS_THREADS;
		t->used = true;
		if (furnish(p, i) == OK)
			return i;
		thread_exit(p, t);
		break;
	}
	return PROCESS_THREADS;
}

/* Words: stack, thread pointer, the address that becomes 0, entry. */
i64 thread_clone(const struct call *c)
{
	struct process *p = c->process;
	u32 i = thread_make(p, 0);

	if (i == PROCESS_THREADS)
		return -EAGAIN;
	struct thread *t = &p->threads[i];
	u64 tid = PROCESS_TID(number_of(p), i);

	t->ended = c->words[2];
	if (thread_tls(thread_cap(p, t), c->words[1]) != OK ||
	    thread_start(thread_cap(p, t),
			 &(struct thread_start){.instruction_pointer = c->words[3],
						.stack_pointer = c->words[0],
						.first_argument = tid}) != OK) {
		thread_exit(p, t);
		return -EINVAL;
	}
	return (i64)tid;
}

void thread_exit(struct process *p, struct thread *t)
{
	u32 zero = 0;

	chunks_give(&pool, t->chunk);
	t->used = false;
	if (t->ended && poke(p, t->ended, &zero, sizeof(zero)) == OK)
		wait_futex_wake(p, t->ended, 1);
}

i64 futex(const struct call *c)
{
	u64 address = c->words[0];
	u32 value;

	switch (c->words[1] & FUTEX_COMMANDS) {
	case FUTEX_WAIT:
		if (peek(c->process, address, &value, sizeof(value)) != OK)
			return -EFAULT;
		return value == (u32)c->words[2] ? wait_begin(c, WAIT_FUTEX, address) : -EAGAIN;
	case FUTEX_WAKE: return (i64)wait_futex_wake(c->process, address, c->words[2]);
	case FUTEX_REQUEUE:
		return (i64)wait_futex_wake(c->process, address, PROCESS_THREADS); /* all wake */
	default: return -ENOSYS;
	}
}
