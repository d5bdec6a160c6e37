/* Servers that stop, and the endpoints that they leave to a single other one: circles of waits are cut however they came about,
 * one after the other, and no stopped thread is taken for a server. */
#include "calls.h"
#include "ipc/fault.h"
#include "ipc/inherit.h"
#include "ipc/serve.h"
#include "x86/cpu.h"

#define LOW 5
#define URGENT 30
#define OWN 40 /* of thread A, which makes and stops the others */

static u32 next_slot, far, next_far;

static void begin(void)
{
	machine_interrupt = NULL;
	machine_begin(1);
	next_slot = M_FIRST_FREE;
	next_far = 0;
	machine_a->priority = machine_a->own_priority = OWN;
	machine_a->priority_limit = PRIORITIES - 1;
}

/* The processor becomes free for the looks that are pending. */
static void settle(void)
{
	while (cpu0.later_filled)
		machine_work();
	machine_check();
	machine_check_memory();
	machine_switch(machine_a);
}

static struct endpoint *endpoint_at(u32 slot)
{
	return (struct endpoint *)machine_root->slots[slot].object;
}

static u32 make(u64 type, u64 size)
{
	MUST(call_retype(M_UNTYPED, type, size, next_slot, 1) == OK);
	return next_slot++;
}

static void start(u32 slot, u8 priority, u32 faults)
{
	MUST(call_thread_configure(
		     slot, &(struct thread_configure){.cnode = M_CNODE,
						      .address_space = M_SPACE,
						      .fault_endpoint = faults}) == OK);
	MUST(call_thread_priority(slot, &(struct thread_priority){.priority = priority}) == OK);
	MUST(call_thread_start(slot, &(struct thread_start){.instruction_pointer = 0x400000}) ==
	     OK);
}

static struct thread *thread_at(u32 slot)
{
	return thread_of(machine_root->slots[slot].object);
}

/* A thread whose capability stays in the root's CNode, and is at the last slot that was taken. */
static struct thread *thread(u8 priority, u32 faults)
{
	u32 slot = make(CAP_THREAD, 0);

	start(slot, priority, faults);
	return thread_at(slot);
}

/* One of many, whose capability goes to another CNode. */
static struct thread *one_of_many(u32 faults)
{
	struct thread *t = thread(LOW, faults);

	MUST(call_move(far, ++next_far, --next_slot) == OK);
	return t;
}

static void receive(struct thread *t, u32 at)
{
	machine_call(t, SYS_RECV, at, 0, NULL, 0);
}

/* The status with which t goes on; WAITS: it waits. */
#define WAITS 0x100u
static u32 status_of(const struct thread *t)
{
	return t->state == THREAD_READY ? (u32)TAG_STATUS(t->regs.rax) : WAITS;
}

static u32 call(struct thread *t, u32 to)
{
	machine_call(t, SYS_CALL, to, 0, NULL, 0);
	return status_of(t);
}

/* t serves `at`, and waits for nothing. */
static void serve(struct thread *t, u32 at)
{
	receive(t, at);
	machine_call(machine_a, SYS_SEND, at, TAG_NONBLOCK, NULL, 0);
	MUST(t->state == THREAD_READY && t->serves == endpoint_at(at));
}

static void fault(struct thread *t)
{
	machine_fault(t);
	machine_switch(machine_a);
}

static void give_up_by(struct thread *handler)
{
	MUST(machine_call(handler, SYS_REPLY, 0, TAG(FAULT_STAYS, 0), NULL, 0));
	machine_switch(machine_a);
}

static void suspend(u32 slot)
{
	MUST(call_thread_suspend(slot) == OK);
}

/* ---- circles ---- */
#define CIRCLES 6

/* Each circle is a server that faults, the other server of the endpoint to which it reports, and that server's call. When a
 * circle is cut, the faulting server leaves its own endpoint to the other server there, which closes the next circle. */
static void one_circle_after_another(void)
{
	struct thread *other[CIRCLES], *server[CIRCLES];
	u32 at[CIRCLES + 1];

	begin();
	u32 leaver = make(CAP_THREAD, 0);
	start(leaver, LOW, 0);
	for (u32 i = 0; i <= CIRCLES; i++)
		at[i] = make(CAP_ENDPOINT, 0);
	serve(thread_at(leaver), at[0]);
	for (u32 i = 0; i < CIRCLES; i++) {
		other[i] = thread(LOW, 0);
		server[i] = thread(LOW, at[i]);
		serve(other[i], at[i]);
		receive(server[i], at[i + 1]);
		MUST(call(other[i], at[i + 1]) == WAITS);
	}
	/* The last server has no other beside it, and nothing else waits for it. */
	for (u32 i = CIRCLES; i-- > 0;)
		fault(server[i]);
	for (u32 i = 0; i < CIRCLES; i++)
		MUST(server[i]->fault_pending && other[i]->state == THREAD_AWAITING);
	machine_printed = machine_circles = 0;
	suspend(leaver);
	settle();
	for (u32 i = 0; i < CIRCLES; i++) {
		MUST(server[i]->state == THREAD_STOPPED && !server[i]->serves);
		MUST(status_of(other[i]) == ERR_PEER_DIED);
	}
	MUST(machine_printed == CIRCLES && machine_circles == CIRCLES);
}

/* The walk along the waits does not end: those in the queue go, as they would not be let in now. */
static void longer_than_the_kernel_looks(void)
{
	begin();
	u32 at = make(CAP_ENDPOINT, 0), between = make(CAP_ENDPOINT, 0),
	    leaver = make(CAP_THREAD, 0);
	far = make(CAP_CNODE, 100);
	start(leaver, LOW, 0);
	struct thread *first = one_of_many(0), *last = first;

	serve(thread_at(leaver), at);
	serve(first, at);
	for (u32 i = 0; i < 40; i++) {
		struct thread *t = one_of_many(0);

		receive(t, between);
		MUST(call(last, between) == WAITS && last->awaiting == &t->bound_reply);
		last = t;
	}
	struct thread *next = thread(LOW, 0);

	MUST(call(last, at) == WAITS && call(next, at) == WAITS);
	suspend(leaver);
	settle();
	MUST(status_of(last) == ERR_DEADLOCK && status_of(first) == WAITS);
	MUST(status_of(next) ==
	     ERR_DEADLOCK); /* the chain is longer even without the last one's call */
}

/* The handler that saved the report serves another endpoint by now. When the report is dropped and comes back, the one server that
 * is left already waits for the faulted thread. */
static void closed_by_a_report_that_comes_back(void)
{
	begin();
	u32 at = make(CAP_ENDPOINT, 0), of_server = make(CAP_ENDPOINT, 0),
	    elsewhere = make(CAP_ENDPOINT, 0), reply = make(CAP_REPLY, 0);
	struct thread *other = thread(LOW, 0), *server = thread(LOW, at), *handler = thread(LOW, 0);

	serve(other, at);
	receive(server, of_server);
	MUST(call(other, of_server) == WAITS);
	receive(handler, at);
	fault(server);
	machine_caller = handler;
	MUST(call_cnode_save_caller(M_CNODE, reply) == OK);
	machine_caller = machine_a;
	receive(handler, elsewhere);
	settle();
	machine_printed = machine_circles = 0;
	MUST(call_cnode_delete(M_CNODE, reply) == OK);
	MUST(server->fault_pending && status_of(other) == WAITS);
	settle();
	MUST(server->state == THREAD_STOPPED && status_of(other) == ERR_PEER_DIED);
	MUST(machine_printed == 1 && machine_circles == 1);
}

/* The urgency of the waiting reaches the server that is left by the look, too. */
static void lent_by_the_look(void)
{
	begin();
	u32 at = make(CAP_ENDPOINT, 0), leaver = make(CAP_THREAD, 0);
	start(leaver, LOW, 0);
	struct thread *server = thread(LOW, 0), *urgent = thread(URGENT, 0);

	serve(thread_at(leaver), at);
	serve(server, at);
	MUST(call(urgent, at) == WAITS && server->priority == LOW);
	suspend(leaver);
	MUST(server->priority == LOW && cpu0.later_filled == 1ul << URGENT);
	settle();
	MUST(server->priority == URGENT && status_of(urgent) == WAITS);
}

/* A look waits for the urgency of those that wait there. A thread that calls into a circle that is still to be cut waits for
 * the cut, which is as urgent as that thread from then on. */
static void a_look_is_as_urgent_as_the_waiting(void)
{
	begin();
	u32 at = make(CAP_ENDPOINT, 0), between = make(CAP_ENDPOINT, 0),
	    leaver = make(CAP_THREAD, 0);
	start(leaver, LOW, 0);
	struct thread *a = thread(LOW, 0), *b = thread(LOW + 1, 0), *urgent = thread(URGENT, 0);

	serve(thread_at(leaver), at);
	serve(a, at);
	receive(b, between);
	MUST(call(a, between) == WAITS && call(b, at) == WAITS);
	suspend(leaver);
	MUST(cpu0.later_filled == 1ul << (LOW + 1) && status_of(b) == WAITS);
	MUST(call(urgent, at) == WAITS && cpu0.later_filled == 1ul << URGENT);
	MUST(machine_work());
	MUST(status_of(b) == ERR_DEADLOCK && status_of(urgent) == WAITS);
	settle();
	MUST(b->priority == URGENT &&
	     a->priority == URGENT); /* a waits for b, and `urgent` for a */
}

/* An Endpoint ends while a look at it is pending. */
static void the_endpoint_ends_first(void)
{
	begin();
	u32 at = make(CAP_ENDPOINT, 0), leaver = make(CAP_THREAD, 0);
	start(leaver, LOW, 0);
	struct thread *server = thread(LOW, 0), *client = thread(LOW, 0);

	serve(thread_at(leaver), at);
	serve(server, at);
	MUST(call(client, at) == WAITS);
	suspend(leaver);
	MUST(cpu0.later_filled);
	MUST(call_cnode_delete(M_CNODE, at) == OK);
	MUST(!cpu0.later_filled);
	settle();
	MUST(status_of(client) == ERR_GONE && !server->serves);
}

/* ---- stopped servers ---- */
static u32 served, stopped;

/* A handler is given up, and with it the thread whose report it has, which serves `served` together with `other`. */
static struct thread *left_stopped(struct thread **other)
{
	begin();
	u32 of_handler = make(CAP_ENDPOINT, 0), of_server = make(CAP_ENDPOINT, 0);

	served = make(CAP_ENDPOINT, 0);
	struct thread *second = thread(LOW, 0), *handler = thread(LOW, of_handler);
	stopped = make(CAP_THREAD, 0);
	start(stopped, LOW, of_server);
	*other = thread(LOW, 0);
	serve(*other, served);
	serve(thread_at(stopped), served);
	receive(handler, of_server);
	fault(thread_at(stopped));
	receive(second, of_handler);
	fault(handler);
	MUST(call_cnode_revoke(M_CNODE, of_server) == OK);
	give_up_by(second);
	MUST(thread_at(stopped)->state == THREAD_STOPPED && !thread_at(stopped)->serves);
	MUST(endpoint_server(endpoint_at(served)) == *other);
	return thread_at(stopped);
}

static void the_other_serves_alone(void)
{
	struct thread *other;

	left_stopped(&other);
	u32 elsewhere = make(CAP_ENDPOINT, 0);
	struct thread *urgent = thread(URGENT, 0), *m = thread(LOW, 0);

	MUST(call(urgent, served) == WAITS && other->priority == URGENT);
	receive(m, elsewhere);
	MUST(call(other, elsewhere) == WAITS);
	MUST(call(m, served) == ERR_DEADLOCK);
}

static void it_begins_anew(void)
{
	struct thread *other, *t = left_stopped(&other);

	suspend(next_slot - 1); /* the other server */
	MUST(call_thread_clear(stopped, THREAD_ROOTS_ALL) == OK);
	start(stopped, LOW, served);
	MUST(call(thread(URGENT, 0), served) == WAITS && t->priority == LOW);
	fault(t);
	MUST(t->state == THREAD_SENDING && t->fault_pending);
}

/* Its report is dropped by one handler after the other. */
static void all_handlers_end(void)
{
	begin();
	u32 of_handlers = make(CAP_ENDPOINT, 0), of_server = make(CAP_ENDPOINT, 0);

	served = make(CAP_ENDPOINT, 0);
	struct thread *second = thread(LOW, 0), *server = thread(LOW, of_server),
		      *other = thread(LOW, 0);
	serve(other, served);
	serve(server, served);
	for (u32 i = 0; i < FAULT_REPORTS; i++) {
		struct thread *handler = thread(LOW, of_handlers);

		MUST(server->serves);
		receive(handler, of_server);
		if (i == 0)
			fault(server);
		receive(second, of_handlers);
		fault(handler);
		give_up_by(second);
		settle();
	}
	MUST(server->state == THREAD_STOPPED && !server->serves);
	MUST(endpoint_server(endpoint_at(served)) == other);
}

/* ---- the work has a bound ---- */
#define CHAIN 18
static u32 most, since;

static bool no_interrupt(void)
{
	most = MAX(most, machine_printed - since);
	since = machine_printed;
	return false;
}

/* `server` receives, at `at`, the report of a chain of faulted threads, of which the first owes `client` an answer. The reports
 * of the others went to `lost`; after this no handler takes the last one's either. */
static void give_chain(struct thread *server, u32 at, struct thread *client, u32 lost)
{
	u32 first = make(CAP_ENDPOINT, 0), last = next_slot++;
	struct thread *p = one_of_many(lost);

	MUST(call_copy(last, at, RIGHT_ALL) == OK);
	receive(p, first);
	MUST(call(client, first) == WAITS);
	for (u32 i = 1; i < CHAIN; i++) {
		struct thread *q = one_of_many(i == CHAIN - 1 ? last : lost);

		receive(q, lost);
		fault(p);
		MUST(q->bound_reply.caller == p);
		p = q;
	}
	receive(server, at);
	fault(p);
	MUST(server->bound_reply.caller == p && server->serves == endpoint_at(at));
	MUST(call_cnode_revoke(M_CNODE, last) == OK);
}

/* Beside each of the circles a chain of faults is given up. Each circle is a step of its own. */
static void each_circle_is_a_step(void)
{
	enum { N = 3 };
	struct thread *other[N], *server[N];
	u32 at[N + 1];

	begin();
	u32 leaver = make(CAP_THREAD, 0), lost = make(CAP_ENDPOINT, 0);
	far = make(CAP_CNODE, 100);
	start(leaver, LOW, 0);
	for (u32 i = 0; i <= N; i++)
		at[i] = make(CAP_ENDPOINT, 0);
	serve(thread_at(leaver), at[0]);
	for (u32 i = 0; i < N; i++) {
		other[i] = one_of_many(0);
		server[i] = one_of_many(at[i]);
		serve(other[i], at[i]);
		give_chain(server[i], at[i + 1], other[i], lost);
	}
	for (u32 i = N; i-- > 0;)
		fault(server[i]);
	MUST(call_cnode_revoke(M_CNODE, lost) == OK);
	machine_printed = since = most = 0;
	machine_interrupt = no_interrupt;
	suspend(leaver);
	settle();
	MUST(machine_printed == N * (CHAIN + 1) && most == CHAIN + 1);
	for (u32 i = 0; i < N; i++)
		MUST(server[i]->state == THREAD_STOPPED && status_of(other[i]) == ERR_PEER_DIED);
}

/* ---- an endpoint that is given up ---- */
/* x waits at `at` from the start. g is turned away: it drops k's fault, which comes to `at`, and x, which k made urgent by way
 * of g and another, becomes less urgent and joins it. */
static void all_that_wait_are_turned_away(void)
{
	begin();
	u32 at = make(CAP_ENDPOINT, 0), of_x = make(CAP_ENDPOINT, 0), reply = make(CAP_REPLY, 0);
	struct thread *k = thread(LOW + 3, at), *g = thread(LOW + 3, at), *l = thread(LOW + 2, 0),
		      *x = thread(LOW, 0);

	serve(l, at);
	receive(g, at);
	fault(k);
	receive(x, of_x);
	MUST(call(l, of_x) == WAITS);
	machine_caller = x;
	MUST(call_cnode_save_caller(M_CNODE, reply) == OK);
	machine_caller = machine_a;
	MUST(call(x, at) == WAITS);
	fault(g);
	MUST(g->fault_pending && x->state == THREAD_SENDING);
	MUST(call_cnode_fail(M_CNODE, at) == OK);
	MUST(status_of(x) == ERR_GONE && g->state == THREAD_STOPPED);
	MUST(k->fault_pending && endpoint_at(at)->senders.head == k);
}

/* ---- a fault that can be reported to no thread is printed ---- */
static void printed_however_it_closes(void)
{
	for (u32 servers = 1; servers <= 2; servers++) {
		begin();
		u32 at = make(CAP_ENDPOINT, 0), of_server = make(CAP_ENDPOINT, 0),
		    leaver = make(CAP_THREAD, 0);
		start(leaver, LOW, 0);
		struct thread *client = thread(LOW, 0), *server = thread(LOW, at);

		if (servers == 2)
			serve(thread_at(leaver), at);
		serve(client, at);
		receive(server, of_server);
		MUST(call(client, of_server) == WAITS);
		machine_printed = 0;
		fault(server);
		suspend(leaver);
		settle();
		MUST(server->state == THREAD_STOPPED && machine_printed == 1);
		MUST(status_of(client) == ERR_PEER_DIED);
	}
}

int main(void)
{
	one_circle_after_another();
	longer_than_the_kernel_looks();
	closed_by_a_report_that_comes_back();
	lent_by_the_look();
	a_look_is_as_urgent_as_the_waiting();
	the_endpoint_ends_first();
	the_other_serves_alone();
	it_begins_anew();
	all_handlers_end();
	each_circle_is_a_step();
	all_that_wait_are_turned_away();
	printed_however_it_closes();
	puts("servers: no circle stays, and no stopped thread serves");
}
