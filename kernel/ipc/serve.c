/*
 * The servers of an endpoint: a list of the threads that receive there, linked through the threads, so that the endpoint or
 * a thread can end at any moment. While one thread serves, its callers lend it their urgency, and calls that would wait for
 * themselves are found. While several threads serve, it is not known which of them will take a caller's message, so neither
 * is done (another receiver may always become free). When only one server is left, both are done again.
 *
 * QNX raises the thread that takes the message and no other; seL4 (MCS) leaves the choice to a scheduling context that
 * the server is given. HinaOS finds the direct mutual send and prints a hint; here the whole chain is walked, when a
 * call is about to wait, and when the last but one of an endpoint's servers leaves.
 */
#include "ipc/serve.h"
#include "ipc/endpoint.h"
#include "ipc/inherit.h"
#include "ipc/log_report.h"
#include "lib/log.h"

#define CHAIN 32
#define CUTS 2

void endpoint_serve(struct endpoint *ep, struct thread *t)
{
	if (t->serves == ep)
		return;
	endpoint_unserve(t);
	/* A server that faulted may have been left stopped together with its handler (reply_drop). */
	if (ep->servers && ep->servers->state == THREAD_STOPPED)
		endpoint_unserve(ep->servers);
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

bool deadlock_closes(const struct thread *t, const struct endpoint *ep)
{
	const struct thread *s = endpoint_server(ep);

	for (u32 i = 0; s && s != t && i < CHAIN; i++)
		s = waits_for(s);
	if (s && s == t)
		report(t, ep);
	return s != NULL; /* longer than can be looked through: refused, too */
}

/* Takes t out of the servers of its endpoint, which is returned. */
static struct endpoint *leave(struct thread *t)
{
	struct endpoint *ep = t->serves;

	*t->serve_link = t->serve_next;
	if (t->serve_next)
		t->serve_next->serve_link = t->serve_link;
	t->serves = NULL;
	t->serve_next = NULL;
	inherit_end(t);
	inherit_end(endpoint_server(ep)); /* senders lend to the remaining server again */
	return ep;
}

/* With one server left, that server may wait, directly or through other threads, for a thread whose call or fault is queued
 * at its own endpoint. It is the circle that deadlock_closes refuses, closed here because the other servers left. That
 * thread's wait ends with the same error. One that has faulted is left stopped: it leaves the endpoint that it serves, which is
 * returned, before those whose faults it had look for another handler. NULL: it served none, or there was no circle. */
static struct endpoint *circle_cut(struct endpoint *ep)
{
	struct thread *s = ep->senders.head && !ep->header.dying ? endpoint_server(ep) : NULL;

	for (u32 i = 0; s && i < CHAIN; i++, s = waits_for(s)) {
		if (s->state != THREAD_SENDING || s->wait_on != &ep->header)
			continue;
		struct endpoint *left = s->fault_pending && s->serves ? leave(s) : NULL;
		report(s, ep);
		endpoint_turn_away(ep, s);
		if (s->state == THREAD_READY)
			s->regs.rax = ERR_DEADLOCK;
		return left;
	}
	return NULL;
}

void endpoint_unserve(struct thread *t)
{
	if (!t->serves) /* as most do: an urgent thread may wait until a fault is recorded */
		return;
	struct endpoint *ep = leave(t);

	/* A circle that is cut may leave another endpoint with one server. After CUTS of them the rest is not looked for,
	 * so that the work has a bound. */
	for (u32 i = 0; ep && i < CUTS; i++)
		ep = circle_cut(ep);
}
