/* df: the room on each file system of the namespace. */
#include "lib/namespace/namespace.h"
#include "user/shell/command.h"
#include "user/shell/stream.h"
#include "user/shell/output.h"

static void df_run(u32 count, char **words)
{
	struct dir_statfs_result u;
	const char *prefix;

	(void)count, (void)words;
	out("%-16s %-10s %13s %14s  FILES FREE\n", "DIRECTORY", "TYPE", "KIB", "KIB FREE");
	for (u32 i = 0; (prefix = namespace_prefix(i)); i++) {
		enum microk_status status = path_statfs(prefix, &u);
		if (status != OK) {
			stream_report("df", prefix, status);
			continue;
		}
		out("%-16s %-10s %'13lu %'14lu  %'10lu%s\n", prefix, u.type,
		    u.blocks * u.block_bytes / 1024, u.free_blocks * u.block_bytes / 1024,
		    u.free_nodes, u.read_only ? "  read-only" : "");
	}
}

const struct command command_df = {
	.name = "df",
	.usage = "df",
	.summary = "Show the room on file systems",
	.details = "",
	.run = df_run,
};
