/* mount: the directories of the shell's namespace, and the file systems below them. */
#include "lib/namespace/namespace.h"
#include "user/shell/command.h"
#include "user/shell/output.h"
#include "user/shell/stream.h"

static int mount_run(const struct arguments *a)
{
	char path[FILE_PATH_MAX + 1];
	struct dir_mounted_result m;
	const char *prefix;
	int exit = EXIT_OK;

	(void)a;
	out("%-16s %-10s  FROM\n", "DIRECTORY", "TYPE");
	for (u32 i = 0; (prefix = namespace_prefix(i)); i++) {
		enum microk_status status;
		for (u32 k = 0; (status = namespace_mounted(i, k, path, &m)) == OK; k++)
			out_row("%-16s %-10s  %s%s", path, m.type,
				k ? "its server" : "the namespace",
				m.read_only ? ", read-only" : "");
		if (status != ERR_NOT_FOUND)
			exit = stream_report("mount", prefix, status);
	}
	return exit;
}

const struct command command_mount = {
	.name = "mount",
	.usage = "mount",
	.summary = "Show which file systems lie where",
	.details = "A directory of the namespace is a capability that the shell was granted; its "
		   "server may have other file systems below it.",
	.run = mount_run,
};
