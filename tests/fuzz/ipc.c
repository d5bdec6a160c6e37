/*
 * Any bytes are a sequence of messages, waits, answers, faults, cancels, deaths and passing time among eight threads
 * in the kernel without a machine (tests/host/kernel/machine.h). After each step every thread is where its state
 * puts it, in one queue and in no other, every wait has a living thread or object at its other end, no chain of waits is a
 * circle, every thread is as urgent as the most urgent one that waits for it and no more, and every message arrived word for
 * word as it was sent.
 *
 * Only thread A makes, stops and destroys objects; it never waits. The others only exchange
 * messages.
 */
#include "calls.h"
#include "ipc/notification.h"
#include "x86/cpu.h"
#include "sched/deadline.h"
#include "ipc/inherit.h"
#include "sched/schedule.h"
#include "x86/x86.h"

#define STEPS_MAX 400
#define QUEUE_MAX 16
#define FUZZ_OPS 16
#define THREADS 8

/* The slots of the root's CSpace; each object may be gone, and a step that finds it gone makes it again. */
enum {
	F_ENDPOINT = M_FIRST_FREE,       /* two */
	F_NOTIFICATION = F_ENDPOINT + 2, /* two */
	F_REPLY = F_NOTIFICATION + 2,    /* two */
	F_THREAD = F_REPLY + 2,          /* three: C, D, E */
	F_BUFFER = F_THREAD + 3,         /* three, of theirs */
	F_BADGED = F_BUFFER + 3,         /* four mints */
	F_SIGNAL = F_BADGED + 4,         /* a badged mint of each notification */
	F_ROOM = F_SIGNAL + 2,           /* eight slots, where transferred capabilities arrive */
	F_MORE_THREADS = F_ROOM + 8,     /* three: F, G, H */
	F_MORE_BUFFERS = F_MORE_THREADS + 3,
	F_END = F_MORE_BUFFERS + 3
};
_Static_assert(F_END <= ROOT_SLOTS, "they fit");

struct step {
	u8 what, who, on, tag, length, a, b, c;
};

static u64 traffic_word(u64 request, u32 place)
{
	return (request << 8 ^ place) * 0x9e3779b97f4a7c15;
}

static struct thread *thread_at(u32 slot)
{
	const struct slot *s = &machine_root->slots[slot];

	return s->type == CAP_THREAD
		       ? (struct thread *)((u8 *)s->object - offsetof(struct thread, header))
		       : NULL;
}

/* ---- making missing objects ---- */
static void make(u32 slot)
{
	static const u8 type[F_END] = {
		[F_ENDPOINT] = CAP_ENDPOINT,
		CAP_ENDPOINT,
		CAP_NOTIFICATION,
		CAP_NOTIFICATION,
		CAP_REPLY,
		CAP_REPLY,
		CAP_THREAD,
		CAP_THREAD,
		CAP_THREAD,
		CAP_FRAME,
		CAP_FRAME,
		CAP_FRAME,
		[F_MORE_THREADS] = CAP_THREAD,
		CAP_THREAD,
		CAP_THREAD,
		CAP_FRAME,
		CAP_FRAME,
		CAP_FRAME,
	};

	if (machine_root->slots[slot].type || !type[slot])
		return;
	status_t s = call_retype(M_UNTYPED, type[slot], type[slot] == CAP_FRAME, slot, 1);
	MUST(s == OK || s == ERR_MEMORY);
}

static void make_signal(u32 n)
{
	call_mint(F_SIGNAL + n, F_NOTIFICATION + n, 5ul << n, MINT_BADGE);
}

/* The slots of thread n, of six, and of its buffer. */
static u32 thread_slot(u32 n)
{
	return n < 3 ? F_THREAD + n : F_MORE_THREADS + n - 3;
}

static u32 buffer_slot(u32 n)
{
	return n < 3 ? F_BUFFER + n : F_MORE_BUFFERS + n - 3;
}

static void start(u32 n, u64 bound, u64 fault)
{
	make(thread_slot(n));
	make(buffer_slot(n));
	if (!thread_at(thread_slot(n)))
		return;
	call_thread_configure(
		thread_slot(n),
		&(struct thread_configure){
			.cnode = M_CNODE,
			.address_space = M_SPACE,
			.fault_endpoint = fault,
			.ipc_buffer_frame = buffer_slot(n),
			.notification = bound});
	call_thread_priority(thread_slot(n), &(struct thread_priority){.priority = 3 + n});
	call_thread_start(
		thread_slot(n),
		&(struct thread_start){.instruction_pointer = 0x400000, .stack_pointer = 0x500000});
}

/* ---- talking ---- */
static void talk(struct thread *t, const struct step *p)
{
	static const u8 ops[] = {
		SYS_CALL, SYS_CALL,  SYS_REPLY_RECV, SYS_REPLY_RECV, SYS_SEND, SYS_RECV,
		SYS_RECV, SYS_REPLY, SYS_SIGNAL,     SYS_WAIT,       SYS_YIELD};
	u64 op = ops[p->b % sizeof(ops)], request = p->tag | (u64)p->a << 8, words[MSG_REGS];
	u32 length = p->length % 5 ? p->length % 12 : p->length % (MSG_WORDS + 3),
	    caps = p->c % 7 ? 0 : p->c / 7 % 4;
	u64 cap = op == SYS_SIGNAL              ? F_SIGNAL + p->on % 2
		  : op == SYS_WAIT              ? F_NOTIFICATION + p->on % 2
		  : op == SYS_SEND && p->on & 8 ? F_REPLY + p->on % 2
		  : p->on & 4 && op != SYS_RECV ? F_BADGED + p->on % 4
						: F_ENDPOINT + p->on % 2;
	u64 tag = TAG(p->c >> 4 & 1, length) | request << TAG_REQUEST_SHIFT |
		  (u64)caps << TAG_CAPS_SHIFT;

	if (p->c & 0x80)
		tag |= TAG_NONBLOCK;
	if (p->c & 0x40)
		tag |= TAG_DEADLINE;
	if (p->c & 0x20)
		tag ^= 1ul << p->a % 64;
	for (u32 i = 0; i < MSG_REGS; i++)
		words[i] = traffic_word(TAG_REQUEST(tag), i);
	if (t->buffer) {
		for (u32 i = MSG_REGS; i < MSG_WORDS; i++)
			t->buffer->words[i] = traffic_word(TAG_REQUEST(tag), i);
		for (u32 i = 0; i < MSG_CAPS; i++) {
			t->buffer->send_caps[i] =
				(u32)(F_ENDPOINT + (p->on + i * 3u) % (F_END - F_ENDPOINT));
			t->buffer->recv_caps[i] = (u32)(F_ROOM + (p->a + i) % 8u);
		}
		t->buffer->deadline = rdtsc() + p->length * 1000ul;
	}
	machine_call(t, op, cap, tag, words, MSG_REGS);
}

/* A message that arrived is as it was sent: all words follow from its request number. The kernel's own
 * are recognised by their label. */
static void check_arrived(const struct thread *t)
{
	const struct regs *r = &t->regs;
	const u64 at[MSG_REGS] = {r->rsi, r->rdx, r->r8, r->r9, r->r10, r->rbx, r->r12, r->r13};
	u64 length = TAG_LENGTH(r->rax);

	if (t->state != THREAD_READY || TAG_STATUS(r->rax) != OK)
		return;
	if (TAG_LABEL(r->rax) == LABEL_FAULT) {
		MUST(at[FAULT_VECTOR] == MACHINE_FAULT && (r->rax & TAG_IS_CALL));
		return;
	}
	MUST(length <= MSG_WORDS && (length <= MSG_REGS || t->buffer));
	for (u32 i = 0; i < length; i++)
		MUST((i < MSG_REGS ? at[i] : t->buffer->words[i]) ==
		     traffic_word(TAG_REQUEST(r->rax), i));
}

/* ---- invariants ---- */
/* The first and the last of each group of equals name each other, except in the first group. */
static void check_groups(const struct queue *q)
{
	const struct thread *first = NULL;

	for (const struct thread *s = q->head; s; s = s->next) {
		if (!first || first->priority != s->priority)
			first = s;
		if (first->priority != q->head->priority &&
		    (!s->next || s->next->priority != s->priority))
			MUST(first->group_end == s && s->group_end == first);
	}
}

static bool is_in(const struct queue *q, const struct thread *t)
{
	const struct thread *last = NULL;
	u32 steps = 0;
	bool found = false;

	for (const struct thread *s = q->head; s; last = s, s = s->next) {
		MUST(steps++ < QUEUE_MAX);
		MUST(!last || s->prev == last);
		MUST(!last || s->priority <= last->priority);
		found |= s == t;
	}
	MUST(!q->head || q->tail == last);
	check_groups(q);
	return found;
}

static void check_wait(const struct thread *t)
{
	const struct endpoint *ep = (const struct endpoint *)t->wait_on;

	switch (t->state) {
	case THREAD_SENDING:
	case THREAD_RECEIVING:
		MUST(t->wait_on->type == CAP_ENDPOINT && t->wait_on->refs && !t->wait_on->dying);
		MUST(is_in(&ep->senders, t) == (t->state == THREAD_SENDING));
		MUST(is_in(&ep->receivers, t) == (t->state == THREAD_RECEIVING));
		MUST(!ep->senders.head || !ep->receivers.head);
		break;
	case THREAD_WAITING:
		MUST(t->wait_on->type == CAP_NOTIFICATION && t->wait_on->refs &&
		     !t->wait_on->dying);
		MUST(is_in(&((const struct notification *)t->wait_on)->waiters, t));
		break;
	case THREAD_AWAITING:
	case THREAD_FAULTED: MUST(t->awaiting && t->awaiting->caller == t); break;
	default:
		MUST(!(t->extras & EXTRA_TIMED) && !t->wait_on && !t->awaiting && !t->saved_by);
		MUST(!t->fault_pending && !t->sent_link);
	}
	/* A caller saved in a Reply object is in the queue of the thread that saved it, and in no other. */
	MUST(!t->saved_by || (t->awaiting && t->awaiting->caller == t));
	if (t->saved_by)
		MUST(t->awaiting->owner == t->saved_by && is_in(&t->saved_by->owed, t) &&
		     t->awaiting != &t->saved_by->bound_reply);
}

static bool is_ready(const struct thread *t)
{
	const struct thread *last = NULL;
	u32 steps = 0;
	bool found = false;

	for (const struct thread *s = cpu0.ready_lists[t->priority].first; s;
	     last = s, s = s->next) {
		MUST(steps++ < QUEUE_MAX && s->prev == last && s->queued &&
		     (s->state == THREAD_READY || s->dying));
		MUST(s->priority == t->priority);
		found |= s == t;
	}
	MUST(cpu0.ready_lists[t->priority].last == last || !last);
	MUST((cpu0.ready >> t->priority & 1) == (last != NULL));
	return found;
}

/* The one thread that can end t's wait, if it is known. */
static const struct thread *waits_for(const struct thread *t)
{
	if (t->state == THREAD_AWAITING || t->state == THREAD_FAULTED)
		return t->saved_by ? NULL : t->awaiting->owner;
	return t->state == THREAD_SENDING ? endpoint_server((const struct endpoint *)t->wait_on)
					  : NULL;
}

/* A circle stays only until one of its endpoints is looked at (ipc/serve.h). */
static void check_circle(const struct thread *t)
{
	u32 steps = 0;

	for (; t && steps < THREADS; t = waits_for(t))
		steps++;
	for (bool is_cut = !t; !is_cut; t = waits_for(t)) {
		MUST(steps++ < 2 * THREADS);
		is_cut = t->state == THREAD_SENDING && object_is_listed(t->wait_on);
	}
}

/* Waits by way of Reply objects may form a circle, which another holder of the Reply can end. The threads in it may go on
 * lending each other an urgency that was lent to one of them before, so they may be more urgent than necessary. */
static bool is_in_a_circle(const struct thread *t)
{
	const struct thread *s = t;

	for (u32 i = 0; s && i < 2 * THREADS; i++) {
		s = thread_waits_for(s);
		if (s == t)
			return true;
	}
	return s != NULL; /* the thread that it waits for is in one */
}

/* The thread that t waits for, or one that waits for t, is in a circle. */
static bool touches_a_circle(const struct thread *t)
{
	for (u32 i = 1; i < ROOT_SLOTS; i++)
		if (thread_at(i) && is_in_a_circle(thread_at(i)))
			return true;
	return is_in_a_circle(t);
}

static void check_urgency(const struct thread *t)
{
	u8 urgency = t->own_priority;

	if (t->bound_reply.caller)
		urgency = MAX(urgency, t->bound_reply.caller->priority);
	for (const struct thread *s = t->owed.head; s; s = s->next)
		urgency = MAX(urgency, s->priority);
	if (t->serves && endpoint_server(t->serves) == t)
		for (const struct thread *s = t->serves->senders.head; s; s = s->next)
			urgency = MAX(urgency, s->priority);
	MUST(t->priority == urgency || (t->priority > urgency && touches_a_circle(t)) ||
	     (t->priority < urgency && t->serves && object_is_listed(&t->serves->header)));
}

static bool awaits(const struct thread *t, const struct reply *r)
{
	return t->awaiting == r && (t->state == THREAD_AWAITING || t->state == THREAD_FAULTED);
}

/* Among threads of its own priority, never after one that arrived later. */
static void check_timer(const struct thread *t)
{
	MUST(!(t->extras & EXTRA_TIMED) == !t->timer_rank);
	if (!t->timer_rank)
		return;
	MUST(t->timer_priority == t->priority && cpu0.timed >> t->priority & 1);
	if (!t->timer_up)
		MUST(cpu0.timed_first[t->priority] == t);
	else
		MUST((t->timer_up->timer_left == t) != (t->timer_up->timer_right == t) &&
		     t->timer_up->deadline <= t->deadline);
	u32 left = t->timer_left ? t->timer_left->timer_rank : 0,
	    right = t->timer_right ? t->timer_right->timer_rank : 0;
	MUST(left >= right && t->timer_rank == right + 1);
}

static bool is_served_by(const struct endpoint *ep, const struct thread *t)
{
	for (const struct thread *s = ep->servers; s; s = s->serve_next)
		if (s == t)
			return true;
	return false;
}

static void check_thread(const struct thread *t)
{
	const struct reply *r = &t->bound_reply;

	MUST(t->queued == is_ready(t));
	MUST((t->state == THREAD_READY || t->dying) == (t->queued || t == cpu0.current) ||
	     t == cpu0.current);
	check_wait(t);
	check_circle(t);
	check_urgency(t);
	if (r->caller) /* a stopped thread will not answer */
		MUST(awaits(r->caller, r) && t->state != THREAD_STOPPED);
	MUST(r->owner == t);
	MUST(!!(t->extras & EXTRA_RAISED) == (t->priority != t->own_priority));
	check_timer(t);
	for (const struct thread *s = t->owed.head; s; s = s->next)
		MUST(s->saved_by == t);
	if (t->serves)
		MUST(*t->serve_link == t && is_served_by(t->serves, t));
	if (t->notification)
		MUST(t->notification->bound == t);
	MUST(!!(t->extras & EXTRA_NOTIFIED) == (t->notification && t->notification->bits));
}

static void check_object(const struct slot *s)
{
	if (s->type == CAP_ENDPOINT) {
		const struct endpoint *ep = (const struct endpoint *)s->object;
		for (const struct thread *s = ep->servers; s; s = s->serve_next)
			MUST(s->serves == ep && s->header.refs && !s->header.dying &&
			     s->state != THREAD_STOPPED);
		MUST(!ep->closed_first || !ep->receivers.head);
	} else if (s->type == CAP_REPLY) {
		const struct reply *r = (const struct reply *)s->object;
		if (r->caller)
			MUST(awaits(r->caller, r) && r->caller->saved_by == r->owner);
	} else if (s->type == CAP_NOTIFICATION) {
		const struct notification *n = (const struct notification *)s->object;
		MUST(!n->waiters.head || !n->bits);
		if (n->bound)
			MUST(n->bound->notification == n && n->bound->header.refs);
	}
}

static void check_all(void)
{
	machine_check();
	for (u32 i = 1; i < ROOT_SLOTS; i++) {
		check_object(&machine_root->slots[i]);
		if (thread_at(i))
			check_thread(thread_at(i));
	}
}

/* ---- the steps ---- */
static void pass_time(u64 ticks)
{
	for (u64 end = rdtsc() + ticks; rdtsc() < end;)
		;
	schedule_tick();
	for (u32 p = PRIORITIES; p-- > 0;) /* as if the processor were free for each in turn */
		deadline_wake(p);
}

static void destroy(const struct step *p)
{
	u32 slot = F_ENDPOINT + p->on % (F_END - F_ENDPOINT);

	if (p->a & 1)
		call_cnode_revoke(M_CNODE, slot);
	call_cnode_delete(M_CNODE, slot);
	if (p->a & 2)
		make(slot);
}

/* All that wait are turned away, whatever their urgency and in whichever order they came. A sender that is turned away with its
 * fault drops what it owes: another thread's fault may come to this endpoint by that, and waits there then. */
static void fail(u32 slot)
{
	const struct slot *s = &machine_root->slots[slot];
	const struct endpoint *ep = (const struct endpoint *)s->object;
	bool waited[ROOT_SLOTS] = {0};

	for (u32 i = 1; ep && i < ROOT_SLOTS; i++)
		waited[i] = thread_at(i) && thread_at(i)->wait_on == &ep->header;
	if (call_cnode_fail(M_CNODE, slot) != OK)
		return;
	for (u32 i = 1; i < ROOT_SLOTS; i++)
		MUST(!waited[i] || thread_at(i)->wait_on != &ep->header);
	for (const struct thread *t = ep->senders.head; t; t = t->next)
		MUST(t->fault_pending && t->arrival >= ep->senders.later);
	MUST(!ep->receivers.head);
}

static void do_step(const struct step *p)
{
	u32 n = p->who % 3 + (p->who & 0x40 ? 3 : 0);
	u64 victim = p->who & 4 ? M_THREAD_B : thread_slot(n);
	struct thread *t = thread_at((u32)victim);

	switch (p->what % FUZZ_OPS) {
	case 0: call_thread_cancel(victim); break;
	case 1: call_thread_suspend(victim); break;
	case 2: call_thread_resume(victim); break;
	case 3:
		start(n, p->a & 1 ? F_NOTIFICATION : 0, p->a & 2 ? F_ENDPOINT + p->on % 2 : 0);
		break;
	case 4:
		call_thread_priority(victim, &(struct thread_priority){.priority = p->a % 10});
		break;
	case 5: destroy(p); break;
	case 6: fail(F_ENDPOINT + p->on % 2); break;
	case 7: pass_time(p->a * 500ul); break;
	case 8:
		if (p->a & 8) {
			make_signal(p->on % 2);
			break;
		}
		call_mint(F_BADGED + p->on % 4, F_ENDPOINT + p->a % 2, p->b,
			  (p->a & 4 ? MINT_WATCH : 0) | MINT_BADGE);
		break;
	case 9:
		if (t && t->state == THREAD_READY) {
			machine_caller = t;
			call_cnode_save_caller(M_CNODE, F_REPLY + p->on % 2);
			machine_caller = machine_a;
		}
		break;
	case 15:
		if (t && t->state == THREAD_READY)
			machine_fault(t);
		break;
	default:
		if (t && t->state == THREAD_READY && t->caps_count)
			talk(t, p);
	}
}

/* A thread that the step woke has the message that was sent to it, or the status of a server that stopped before
 * answering. */
static void check_woken(const struct thread *t, const struct thread *owed_by)
{
	check_arrived(t);
	for (u32 i = 1; owed_by && i < ROOT_SLOTS; i++)
		if (thread_at(i) == owed_by && owed_by->state == THREAD_STOPPED)
			MUST(t->state != THREAD_READY || TAG_STATUS(t->regs.rax) == ERR_PEER_DIED);
}

/* The processor becomes free for all that waits for it: the endpoints to be looked at. */
static void do_later(const struct step *p)
{
	(void)p;
	while (cpu0.later_filled)
		machine_work();
}

static void watched(void (*act)(const struct step *p), const struct step *p)
{
	const struct thread *waited[ROOT_SLOTS] = {0}, *owed_by[ROOT_SLOTS] = {0};

	for (u32 i = 1; i < ROOT_SLOTS; i++) {
		const struct thread *t = thread_at(i);
		if (!t || (t->state != THREAD_RECEIVING && t->state != THREAD_AWAITING))
			continue;
		waited[i] = t;
		/* Saved in a Reply object, a caller may be answered by any of its holders: the thread that saved it
		 * may have stopped long ago. */
		owed_by[i] =
			t->state == THREAD_AWAITING && !t->saved_by ? t->awaiting->owner : NULL;
	}
	act(p);
	check_all();
	for (u32 i = 1; i < ROOT_SLOTS; i++)
		if (waited[i] && waited[i] == thread_at(i))
			check_woken(waited[i], owed_by[i]);
}

static void step(const struct step *p)
{
	watched(do_step, p);
	if (cpu0.later_filled && !(p->who & 0x80))
		watched(do_later, p);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t bytes);
int LLVMFuzzerTestOneInput(const u8 *data, size_t bytes)
{
	struct step p;

	machine_begin(bytes);
	for (u32 slot = F_ENDPOINT; slot < F_THREAD; slot++)
		make(slot);
	for (u32 n = 0; n < 2; n++)
		make_signal(n);
	for (u32 n = 0; n < 6; n++)
		start(n, n ? 0 : F_NOTIFICATION, F_ENDPOINT + n % 2);
	check_all();
	for (u32 n = 0; bytes >= sizeof(p) && n < STEPS_MAX;
	     n++, data += sizeof(p), bytes -= sizeof(p)) {
		memcpy(&p, data, sizeof(p));
		step(&p);
	}
	/* Every object that a thread can wait for is destroyed: no thread waits any more, and the memory is free. */
	MUST(call_cnode_revoke(M_CNODE, M_UNTYPED) == OK);
	MUST(machine_b->state == THREAD_READY || machine_b->state == THREAD_STOPPED);
	machine_check();
	MUST(!machine_root->slots[M_UNTYPED].first);
	return 0;
}
