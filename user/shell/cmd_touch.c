/* touch: makes files that are missing, and sets the times of others to now. */
#include "lib/namespace/namespace.h"
#include "user/shell/command.h"
#include "user/shell/stream.h"
#include "lib/microk/util.h"
#include "microk/info.h"

static enum microk_status touch(const char *path, i64 now)
{
	struct stream s;
	enum microk_status status = stream_open(&s, path, OPEN_WRITE | OPEN_CREATE);

	/* A directory cannot be opened to be written, but has times. */
	if (status == OK)
		stream_close(&s);
	else if (status == ERR_IS_DIR)
		status = OK;
	if (status != OK || now == 0)
		return status;
	return path_set(
		path,
		&(struct dir_set_args){
			.what = SET_ACCESSED | SET_MODIFIED, .accessed = now, .modified = now});
}

static int touch_run(const struct arguments *a)
{
	const struct microk_info *info = command_info_area("touch");
	char path[FILE_PATH_MAX + 1];
	int exit = EXIT_OK;
	i64 now = 0; /* unknown: times are left as they are */

	if (info && info->boot_date && info->tsc_hz)
		now = (i64)((info->boot_date + (tsc_read() - info->boot_tsc) / info->tsc_hz) *
			    1000000000ul);
	for (u32 i = 0; i < a->count; i++) {
		enum microk_status status = stream_absolute(a->word[i], path);
		if (status == OK)
			status = touch(path, now);
		if (status != OK)
			exit = stream_report("touch", a->word[i], status);
	}
	return exit;
}

const struct command command_touch = {
	.name = "touch",
	.usage = "touch FILE...",
	.summary = "Make files, or set their times to now",
	.details = "",
	.completes = COMPLETES_PATHS,
	.has_namesake = true,
	.accepts = {"", 1, ARGUMENTS_MANY},
	.run = touch_run,
};
