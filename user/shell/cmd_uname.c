/* uname: names the system; the release comes from the kernel's information area. */
#include "microk/info.h"
#include "user/shell/command.h"
#include "user/shell/output.h"

static int uname_run(const struct arguments *a)
{
	const struct microk_info *info = command_info_area("uname");
	bool all = arguments_have(a, 'a');

	if (!info)
		return EXIT_FAILED;
	const char *gap = "";
	if (all || arguments_have(a, 's') || a->options == 0) {
		out("MicroK");
		gap = " ";
	}
	if (all || arguments_have(a, 'r')) {
		out("%s%u.%u", gap, info->version_major, info->version_minor);
		gap = " ";
	}
	if (all || arguments_have(a, 'm'))
		out("%sx86_64", gap);
	out("%s\n", all ? " microkernel" : "");
	return EXIT_OK;
}

const struct command command_uname = {
	.name = "uname",
	.usage = "uname [-asrm]",
	.summary = "Name the system",
	.details = "-s name, -r release, -m machine, -a all of these and the kind of kernel.",
	.accepts = {"asrm", 0, 0},
	.run = uname_run,
};
