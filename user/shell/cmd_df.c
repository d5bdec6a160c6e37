/* df: the room on each file system of the namespace's servers. */
#include "lib/namespace/namespace.h"
#include "user/shell/command.h"
#include "user/shell/stream.h"
#include "user/shell/output.h"

static int show(const char *path)
{
	struct dir_statfs_result u;
	enum microk_status status = path_statfs(path, &u);

	if (status != OK)
		return stream_report("df", path, status);
	out_row("%-16s %-10s %'13lu %'14lu  %'10lu%s", path, u.type,
		u.blocks * u.block_bytes / 1024, u.free_blocks * u.block_bytes / 1024, u.free_nodes,
		u.read_only ? "  read-only" : "");
	return EXIT_OK;
}

static int df_run(const struct arguments *a)
{
	char path[FILE_PATH_MAX + 1];
	struct dir_mounted_result m;
	const char *prefix;
	int exit = EXIT_OK;

	(void)a;
	out("%-16s %-10s %13s %14s  FILES FREE\n", "DIRECTORY", "TYPE", "KIB", "KIB FREE");
	for (u32 i = 0; (prefix = namespace_prefix(i)); i++) {
		enum microk_status status;
		for (u32 k = 0; (status = namespace_mounted(i, k, path, &m)) == OK; k++)
			exit = exit_worse(exit, show(path));
		if (status != ERR_NOT_FOUND)
			exit = stream_report("df", prefix, status);
	}
	return exit;
}

const struct command command_df = {
	.name = "df",
	.usage = "df",
	.summary = "Show the room on file systems",
	.details = "",
	.has_namesake = true,
	.run = df_run,
};
