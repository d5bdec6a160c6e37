#include "lib/supervise/supervisor.h"
#include "lib/supervise/instance.h"
#include "gen/protocols/supervise_server.h"
#include "lib/microk/message.h"

struct service *supervisor_find(const struct supervisor *v, u32 id)
{
	for (u32 i = 0; i < v->count; i++)
		if (v->services[i].id == id)
			return &v->services[i];
	return NULL;
}

_Static_assert(offsetof(struct supervisor, server) == 0, "a request leads to its supervisor");

static struct supervisor *supervisor_of(const struct request *r)
{
	return (struct supervisor *)r->server;
}

/* The service that reports; NULL if its instance does not run (any more). */
static struct service *reporter(const struct request *r)
{
	struct service *s = supervisor_find(supervisor_of(r), BADGE_ID(r->badge));

	return s && service_runs(s) ? s : NULL;
}

static enum microk_status on_ready(struct request *r)
{
	struct service *s = reporter(r);

	if (s && s->state == SERVICE_STARTED) {
		s->state = SERVICE_READY;
		supervisor_of(r)->ready(s);
	}
	return OK;
}

static enum microk_status on_ping(struct request *r)
{
	(void)r;
	return OK;
}

static enum microk_status on_exit(struct request *r, const struct supervise_exit_args *args)
{
	struct service *s = reporter(r);

	if (s)
		supervisor_of(r)->ended(s, args->code);
	r->deferred = true; /* the caller has ended and waits for no answer */
	return STATUS_DEFERRED;
}

static void on_fault(struct request *r)
{
	struct service *s = reporter(r);
	u64 words[FAULT_WORDS] = {0};

	for (u32 i = 0; i < r->length && i < FAULT_WORDS; i++)
		words[i] = message_word(r->message, i);
	if (s && r->label == LABEL_FAULT)
		supervisor_of(r)->faulted(s, words);
	r->message->tag = TAG(FAULT_STAYS, 0); /* if it is not gone */
}

/* From a thread of the supervisor's own, which waits for the answer. */
static void on_own(struct request *r)
{
	struct supervisor *v = supervisor_of(r);
	struct service *s = supervisor_find(v, BADGE_ID(r->badge));

	if (!s || !v->taken_apart)
		return; /* the answer is ERR_PROTOCOL */
	instance_stop_device(s);
	v->taken_apart(s);
	r->message->tag = TAG(OK, 0);
}

static void dispatch(struct request *r)
{
	static const struct supervise_ops ops = {
		.ready = on_ready,
		.ping = on_ping,
		.exit = on_exit,
	};
	struct supervisor *v = supervisor_of(r);

	if (BADGE_KIND(r->badge) == BADGE_FAULT)
		on_fault(r);
	else if (BADGE_KIND(r->badge) == BADGE_OWN)
		on_own(r);
	else if (BADGE_KIND(r->badge) != BADGE_PROCESS)
		return; /* no service's: the answer is ERR_PROTOCOL */
	else if (request_protocol(r) == SUPERVISE_PROTOCOL)
		supervise_dispatch(&ops, r);
	else if (v->other)
		v->other(r);
}

_Noreturn void supervisor_run(struct supervisor *v)
{
	v->server.dispatch = dispatch;
	server_run(&v->server);
}
