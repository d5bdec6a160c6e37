/* sync: returns when all changes are on the disk. */
#include "lib/namespace/namespace.h"
#include "user/shell/command.h"
#include "user/shell/stream.h"
#include "user/shell/output.h"

static void sync_run(u32 count, char **words)
{
	(void)count, (void)words;
	enum microk_status status = path_sync();
	if (status != OK)
		out("sync: %s\n", stream_error(status));
}

const struct command command_sync = {
	.name = "sync",
	.usage = "sync",
	.summary = "Write all changes to the disk",
	.details = "",
	.run = sync_run,
};
