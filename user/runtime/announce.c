/* A program's reports to init: "ready" when it can serve, "exit" when it ends. */
#include "gen/protocols/supervise_client.h"
#include "lib/microk/print.h"
#include "lib/microk/service.h"
#include "lib/microk/start.h"
#include "lib/microk/startup.h"

void service_announce(const struct service *s)
{
	cap_t init = grant_find("init");
	enum microk_status status;

	if (!init)
		return;
	status = supervise_ready(init);
	if (status != OK)
		print("%s: init rejected \"ready\": %s: %s\n", s->name, status_name(status),
		      status_text(status));
}

_Noreturn void program_exit(int code)
{
	cap_t init = grant_find("init");

	/* init ends the process instead of answering. After an error the thread stops itself. */
	if (init)
		supervise_exit(init, (u32)code);
	program_stop();
}
