/*
 * Who serves an endpoint. A pointer each way, made when a thread receives, so that either side can
 * go at any moment. An endpoint with several receivers has no server that could be named: its calls
 * neither inherit nor are they searched for cycles (another receiver may always come free).
 *
 * HinaOS finds the direct mutual send and prints a hint; here the whole chain is walked, when a call
 * is about to wait, which is the only moment at which a cycle can close.
 */
#include "ipc/serve.h"
#include "ipc/endpoint.h"
#include "lib/print.h"
#include "sched/inherit.h"

#define CHAIN 32
#define REPORTS 32 /* on the log: who makes cycles on purpose shall not fill it */

void endpoint_serve(struct endpoint *ep, struct thread *t)
{
	if (ep->server == t || ep->is_shared)
		return;
	if (ep->server && ep->server->state != THREAD_STOPPED) {
		endpoint_unserve(ep);
		ep->is_shared = true;
		return;
	}
	endpoint_unserve(ep); /* of one that was stopped */
	endpoint_unserve(t->serves);
	t->serves = ep;
	ep->server = t;
	inherit_end(t); /* who is queued already waits for it from now on */
}

void endpoint_unserve(struct endpoint *ep)
{
	struct thread *server = ep ? ep->server : NULL;

	if (!server)
		return;
	server->serves = NULL;
	ep->server = NULL;
	inherit_end(server);
}

static const char *name(const struct thread *t)
{
	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): whoever is named exists */
	return t->name[0] ? t->name : "?";
}

static void report(const struct thread *t, const struct endpoint *ep)
{
	static u32 reports;

	if (reports++ >= REPORTS)
		return;
	kprintf("[ipc] deadlock: %.16s", name(t));
	for (const struct thread *s = ep->server; s && s != t; s = thread_waits_for(s))
		kprintf(" calls %.16s, which", name(s));
	kprintf(" calls %.16s; the last call is refused\n", name(t));
}

bool deadlock_closes(const struct thread *t, const struct endpoint *ep)
{
	const struct thread *s = ep->server;

	for (u32 i = 0; s && s != t && i < CHAIN; i++)
		s = thread_waits_for(s);
	if (s == t)
		report(t, ep);
	return s != NULL; /* longer than can be looked through: refused, too */
}
