/* A program's reports to init: "ready" when it can serve, "exit" when it ends. */
#include "gen/protocols/supervise_client.h"
#include "lib/microk/print.h"
#include "lib/microk/server.h"
#include "lib/microk/start.h"
#include "lib/microk/startup.h"

void server_announce(const struct server *s)
{
	cap_t supervisor = grant_find("supervisor");
	enum microk_status status;

	if (!supervisor)
		return;
	status = supervise_ready(supervisor);
	if (status != OK)
		print("%s: init rejected \"ready\": %s: %s\n", s->name, status_name(status),
		      status_text(status));
}

_Noreturn void program_exit(int code)
{
	cap_t supervisor = grant_find("supervisor");

	/* init ends the process instead of answering. After an error the thread stops itself. */
	if (supervisor)
		supervise_exit(supervisor, (u32)code);
	program_stop();
}
