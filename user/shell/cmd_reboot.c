/* reboot: asks the power server, through the grant "power". */
#include "gen/protocols/power_client.h"
#include "user/shell/command.h"
#include "user/shell/output.h"

static void reboot_run(u32 count, char **words)
{
	(void)count;
	(void)words;
	cap_t power = command_grant("reboot", "power");
	if (power == 0)
		return;
	out_flush();
	enum microk_status status = power_reboot(power);
	if (status == OK)
		out("reboot: the power server accepted the request, but the machine did not "
		    "restart\n");
	else
		out("reboot: the machine could not be restarted: %s\n",
		    command_error(status, "the power server is not running"));
}

const struct command command_reboot = {
	.name = "reboot",
	.usage = "reboot",
	.summary = "Start the machine again",
	.details = "",
	.run = reboot_run,
};
