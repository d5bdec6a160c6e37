/* uname: names the system; the release comes from the kernel's information area. */
#include "microk/info.h"
#include "lib/microk/string.h"
#include "user/shell/command.h"
#include "user/shell/output.h"

extern const struct command command_uname;

/* Adds the parts that the option letters name; false for an unknown letter. */
static bool add_parts(const char *letters, u32 *parts)
{
	static const char known[] = "srm";

	if (letters[0] != '-' || letters[1] == '\0')
		return false;
	for (const char *l = letters + 1; *l != '\0'; l++) {
		const char *found = strchr(known, *l);
		if (*l == 'a')
			*parts |= 0xf;
		else if (found)
			*parts |= 1u << (found - known);
		else
			return false;
	}
	return true;
}

static void uname_run(u32 count, char **words)
{
	const struct microk_info *info = command_info_area("uname");
	u32 parts = 0;

	if (!info)
		return;
	for (u32 i = 1; i < count; i++)
		if (!add_parts(words[i], &parts)) {
			command_usage(&command_uname);
			return;
		}
	if (parts == 0)
		parts = 1;
	const char *gap = "";
	if (parts & 1) {
		out("MicroK");
		gap = " ";
	}
	if (parts & 2) {
		out("%s%u.%u", gap, info->version_major, info->version_minor);
		gap = " ";
	}
	if (parts & 4)
		out("%sx86_64", gap);
	out("%s\n", parts & 8 ? " microkernel" : "");
}

const struct command command_uname = {
	.name = "uname",
	.usage = "uname [-asrm]",
	.summary = "Name the system",
	.details = "-s name, -r release, -m machine, -a all of these and the kind of kernel.",
	.run = uname_run,
};
