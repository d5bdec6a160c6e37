/* poweroff: asks the power server, through the grant "power". */
#include "gen/protocols/power_client.h"
#include "user/shell/command.h"
#include "user/shell/output.h"

static void poweroff_run(u32 count, char **words)
{
	(void)count;
	(void)words;
	cap_t power = command_grant("poweroff", "power");
	if (power == 0)
		return;
	out_flush();
	enum microk_status status = power_off(power);
	if (status == OK)
		out("poweroff: the power server accepted the request, but the machine still "
		    "runs\n");
	else
		out("poweroff: the machine could not be switched off: %s\n",
		    command_error(status, "the power server is not running"));
}

const struct command command_poweroff = {
	.name = "poweroff",
	.usage = "poweroff",
	.summary = "Switch the machine off",
	.details = "",
	.run = poweroff_run,
};
