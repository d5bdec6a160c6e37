/* sleep: waits. */
#include "lib/microk/string.h"
#include "user/shell/command.h"
#include "user/shell/duration.h"
#include "user/shell/interruptible.h"
#include "user/shell/output.h"

extern const struct command command_sleep;

static int sleep_run(const struct arguments *a)
{
	const char *word = a->word[0];
	size_t length = strlen(word);
	u64 ms;

	if (!duration_parse(word, word + length - (length > 1 && word[length - 1] == 's'), &ms))
		return command_usage(&command_sleep);
	enum microk_status status = interruptible_pause(ms);
	if (status == OK)
		return EXIT_OK;
	err_row("sleep: %s",
		status == ERR_CANCELLED ? "interrupted"
		: status == ERR_STATE   ? "the kernel could not measure how fast the clock runs"
					: status_text(status));
	return status == ERR_CANCELLED ? EXIT_INTERRUPTED : EXIT_FAILED;
}

const struct command command_sleep = {
	.name = "sleep",
	.usage = "sleep SECONDS",
	.summary = "Wait",
	.details = "SECONDS may have a fraction: sleep 0.5. ^C ends it.",
	.has_namesake = true,
	.accepts = {"", 1, 1},
	.run = sleep_run,
};
