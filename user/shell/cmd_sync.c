/* sync: returns when all changes are on the disk. */
#include "lib/namespace/namespace.h"
#include "user/shell/command.h"
#include "user/shell/stream.h"
#include "user/shell/output.h"

static int sync_run(const struct arguments *a)
{
	(void)a;
	enum microk_status status = path_sync();
	if (status == OK)
		return EXIT_OK;
	err_row("sync: %s", stream_error(status));
	return EXIT_FAILED;
}

const struct command command_sync = {
	.name = "sync",
	.usage = "sync",
	.summary = "Write all changes to the disk",
	.details = "",
	.run = sync_run,
};
