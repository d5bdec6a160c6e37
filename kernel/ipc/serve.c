/*
 * The servers of an endpoint: a list of the threads that receive there, linked through the threads, so that the endpoint or
 * a thread can end at any moment. While one thread serves, its callers lend it their urgency, and calls that would wait for
 * themselves are found. While several threads serve, it is not known which of them will take a caller's message, so neither
 * is done (another receiver may always become free). When only one server is left, both are done again.
 *
 * QNX raises the thread that takes the message and no other; seL4 (MCS) leaves the choice to a scheduling context that
 * the server is given. HinaOS finds the direct mutual send and prints a hint; here the whole chain is walked, when a
 * call is about to wait, and after the last but one of an endpoint's servers has left.
 *
 * A server's leaving takes constant time. The rest is a look at its endpoint, which waits among the objects that are to be taken
 * apart (cap/dying.c) until the processor is free for the most urgent thread of the endpoint's queue. A look that ends a
 * thread's wait may leave other endpoints to single servers, and so on without a bound. Each of these looks is a step of its own,
 * between which interrupts are taken. Until a look is done a circle of waits may exist, so a walk along the waits has a bound.
 */
#include "ipc/serve.h"
#include "ipc/endpoint.h"
#include "ipc/fault.h"
#include "ipc/inherit.h"
#include "ipc/log_report.h"
#include "lib/log.h"
#include "lib/upward.h"

#define CHAIN 32

void endpoint_serve(struct endpoint *ep, struct thread *t)
{
	if (t->serves == ep)
		return;
	endpoint_unserve(t);
	struct thread *before = endpoint_server(ep);

	t->serve_next = ep->servers;
	t->serve_link = &ep->servers;
	if (t->serve_next)
		t->serve_next->serve_link = &t->serve_next;
	ep->servers = t;
	t->serves = ep;
	inherit_end(before); /* it shares the endpoint from now on, so no caller lends to it */
	inherit_end(t);      /* the queued senders lend their urgency to a lone server */
}

void endpoint_look_later(struct endpoint *ep)
{
	if (ep->senders.head && endpoint_server(ep) && !ep->header.dying)
		upward.look_later(&ep->header, ep->senders.head->priority);
}

void endpoint_unserve(struct thread *t)
{
	struct endpoint *ep = t->serves;

	if (!ep) /* as most do: an urgent thread may wait until a fault is recorded */
		return;
	*t->serve_link = t->serve_next;
	if (t->serve_next)
		t->serve_next->serve_link = t->serve_link;
	t->serves = NULL;
	t->serve_next = NULL;
	inherit_end(t);
	endpoint_look_later(ep);
}

/* The thread that s waits for and cannot do without. A saved caller may be answered by any holder of the Reply. */
static struct thread *waits_for(const struct thread *s)
{
	return s->saved_by ? NULL : thread_waits_for(s);
}

enum { FIRST = REPORT_ABOUT + 1, SECOND, THIRD, UNNAMED, NAMED = UNNAMED - FIRST };

static const struct report_part circle_parts[] = {
	{"[ipc] deadlock: ", REPORT_NAME, REPORT_ABOUT},
	{" calls ", REPORT_NAME, FIRST},
	{", which", REPORT_TEXT, FIRST},
	{" calls ", REPORT_NAME, SECOND},
	{", which", REPORT_TEXT, SECOND},
	{" calls ", REPORT_NAME, THIRD},
	{", which", REPORT_TEXT, THIRD},
	{" (by ", REPORT_DECIMAL, UNNAMED},
	{" more)", REPORT_TEXT, UNNAMED},
	{" calls ", REPORT_NAME, REPORT_ABOUT},
	{"; the last call is refused\n", REPORT_TEXT, REPORT_ABOUT},
	{NULL, REPORT_TEXT, REPORT_ABOUT},
};

static void report_circle(struct report *r, const struct thread *t, const struct endpoint *ep)
{
	u32 others = 0;

	for (const struct thread *s = endpoint_server(ep); s && s != t; s = waits_for(s), others++)
		if (others < NAMED)
			report_name(r, FIRST + others, s);
	if (others > NAMED)
		report_value(r, UNNAMED, others - NAMED);
	report_end(r, circle_parts);
}

/* The running thread may be an urgent one that closed the circle by deleting another thread. The report is charged to t, not
 * to it. A server that t calls can close circles of t's calls at will, so these use up a part of t's account only. */
static void report(const struct thread *t, const struct endpoint *ep)
{
	struct report *r = report_begin(t, REPORT_SPARES_FAULTS);

	log_at_most(t->own_priority);
	if (r)
		report_circle(r, t, ep);
	log_at_most(LOG_ANY);
}

/* The thread to which ep's server leads along the waits: t; the one after CHAIN steps; or NULL, where the waits end. */
static const struct thread *follow(const struct endpoint *ep, const struct thread *t)
{
	const struct thread *s = endpoint_server(ep);

	for (u32 i = 0; s && s != t && i < CHAIN; i++)
		s = waits_for(s);
	return s;
}

/* The waits from s on, which CHAIN steps led to, are a circle. A look at one of its endpoints will cut it, for threads of this
 * urgency now, too. */
static bool awaits_a_cut(const struct thread *s, u8 urgency)
{
	const struct thread *c = s;

	for (u32 i = 0; c && i < CHAIN; i++) {
		struct kobject *on = c->state == THREAD_SENDING ? c->wait_on : NULL;

		if (on && !on->dying && object_is_listed(on))
			upward.look_later(on, urgency);
		c = waits_for(c);
		if (c == s)
			return true;
	}
	return false;
}

bool deadlock_closes(const struct thread *t, const struct endpoint *ep)
{
	const struct thread *s = follow(ep, t);

	if (s == t)
		report(t, ep);
	/* Waits that are longer than can be looked through are refused, too. */
	return s == t || (s && !awaits_a_cut(s, t->priority));
}

/* With one server left, that server may wait, directly or through other threads, for a thread whose call or fault is queued
 * at its own endpoint: that thread is returned. It is the circle that deadlock_closes refuses, closed here because the other
 * servers left. */
static struct thread *circle_end(const struct endpoint *ep)
{
	struct thread *s = endpoint_server(ep);

	for (u32 i = 0; s && i < CHAIN; i++, s = waits_for(s))
		if (s->state == THREAD_SENDING && s->wait_on == &ep->header)
			return s;
	return NULL;
}

/* The wait of s at ep ends with the same error as a call that is refused. */
static void refuse(struct endpoint *ep, struct thread *s)
{
	if (s->fault_pending)
		fault_print(s);
	endpoint_turn_away(ep, s);
	if (s->state == THREAD_READY)
		s->regs.rax = ERR_DEADLOCK;
}

bool endpoint_look(struct endpoint *ep)
{
	struct thread *first = ep->senders.head, *s = first ? circle_end(ep) : NULL;

	if (s) {
		report(s, ep);
	} else if (first) {
		const struct thread *far = follow(ep, NULL);

		/* The call of the first would be refused now, and those of the others, too: one in each step. */
		s = far && !awaits_a_cut(far, first->priority) ? first : NULL;
	}
	if (s)
		refuse(ep, s);
	else
		inherit_end(endpoint_server(ep));
	return !s;
}
