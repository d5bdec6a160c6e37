/* poweroff, reboot: ask the power server, through the grant "power". */
#include "gen/protocols/power_client.h"
#include "user/shell/command.h"
#include "user/shell/output.h"

struct request {
	const char *command;
	enum microk_status (*ask)(cap_t power);
	const char *did_not; /* of a machine whose server accepted the request */
	const char *failed;
};

static int request_run(const struct request *r)
{
	cap_t power = command_grant(r->command, "power");

	if (power == 0)
		return EXIT_FAILED;
	out_flush();
	enum microk_status status = r->ask(power);
	if (status == OK)
		err_row("%s: the power server accepted the request, but the machine %s", r->command,
			r->did_not);
	else
		err_row("%s: the machine could not be %s: %s", r->command, r->failed,
			command_error(status, "the power server is not running"));
	return EXIT_FAILED; /* of a machine that runs */
}

static int poweroff_run(const struct arguments *a)
{
	(void)a;
	return request_run(&(struct request){"poweroff", power_off, "still runs", "switched off"});
}

static int reboot_run(const struct arguments *a)
{
	(void)a;
	return request_run(
		&(struct request){"reboot", power_reboot, "did not restart", "restarted"});
}

const struct command command_poweroff = {
	.name = "poweroff",
	.usage = "poweroff",
	.summary = "Switch the machine off",
	.details = "",
	.run = poweroff_run,
};

const struct command command_reboot = {
	.name = "reboot",
	.usage = "reboot",
	.summary = "Start the machine again",
	.details = "",
	.run = reboot_run,
};
