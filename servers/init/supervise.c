/*
 * The reports of programs about themselves: that they can serve, and that they end.
 *
 * This protocol is separate from inspect (inspect.c): every program must be able to report, and few
 * may inspect others. Erlang's supervisors and Fuchsia's component lifecycle draw the same line.
 */
#include "servers/init/supervise.h"
#include "gen/protocols/supervise_server.h"
#include "servers/init/manager.h"
#include "servers/init/unit.h"

static enum microk_status on_ready(struct request *r)
{
	manager_ready(BADGE_ID(r->badge));
	return OK;
}

static enum microk_status on_ping(struct request *r)
{
	(void)r;
	return OK;
}

static enum microk_status on_exit(struct request *r, const struct supervise_exit_args *args)
{
	manager_exit(BADGE_ID(r->badge), args->code);
	r->deferred = true; /* the caller has ended and waits for no answer */
	return STATUS_DEFERRED;
}

void supervise_serve(struct request *r)
{
	static const struct supervise_ops ops = {
		.ready = on_ready,
		.ping = on_ping,
		.exit = on_exit,
	};

	supervise_dispatch(&ops, r);
}
